"""The pages for people: HR's, the manager's, the data scientist's and the auditor's view in the browser."""
