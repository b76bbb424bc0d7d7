"""The pages in the browser, for HR, managers, data scientists and auditors."""
