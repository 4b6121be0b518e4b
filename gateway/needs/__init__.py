"""What an item needs over there (办什么、交什么): form, materials, and what stands for them."""
