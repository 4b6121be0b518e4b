"""Documents in strings: XML and JSON inside arguments, declared charsets."""
