SELECT d.diagnosis,
       COUNT(m.mean_radius) AS patients,
       AVG(m.mean_radius) AS mean_radius,
       AVG(m.mean_texture) AS mean_texture,
       SUM(m.mean_area) AS total_area
FROM measurements AS m
JOIN diagnoses AS d ON m.patient = d.patient
GROUP BY d.diagnosis
ORDER BY d.diagnosis
