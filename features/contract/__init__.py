"""The data contract: tables, columns, types, ranges, the vocabulary, and the names that are refused or protected."""
