"""The SOAP writer: compiled from zeep's types, equal to zeep on every document that it takes."""
