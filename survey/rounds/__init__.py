"""One collection (测评批次): a frozen version, about subjects, by voters, between two times, under a key."""
