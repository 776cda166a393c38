"""The shapes of what the API takes and gives. They are the promise to programs: add to them, never change them."""
