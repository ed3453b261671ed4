SELECT m.patient, m.mean_radius, d.diagnosis
FROM measurements AS m
JOIN diagnoses AS d ON m.patient = d.patient
