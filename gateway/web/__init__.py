"""The HTTP side: who asks, what is read, what is answered. It decides nothing about exchanges."""
