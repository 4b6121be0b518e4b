"""What an integration engineer works with: a platform is drafted, checked and tried before it goes live."""
