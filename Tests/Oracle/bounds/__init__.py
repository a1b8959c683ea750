"""Each bound that the documents state, with an input of any size next to it and what is promised on either side."""
