"""One collection (测评批次): a frozen version, about these subjects, by these voters, between two times, under one key."""
