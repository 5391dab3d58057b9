"""What students learn with: labs, quiz, lessons, notebook and the code that runs."""
