"""What a module is, in words and pictures: a page of the manual, and a card beside the palette."""
