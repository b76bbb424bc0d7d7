"""What each column of an export is: by its name, by its values, by keys between tables, and by answers."""
