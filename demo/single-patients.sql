SELECT patient, diagnosis
FROM diagnoses
ORDER BY patient
