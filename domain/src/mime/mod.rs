//! Building MIME messages: what all copies share is built once, what differs is built per copy.
