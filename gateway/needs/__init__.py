"""What an item needs over there (办什么、交什么): its form as a JSON Schema, its materials, what can stand for them."""
