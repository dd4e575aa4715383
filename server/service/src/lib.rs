//! The use-cases. Every door (REST, server functions, event streams, command line) comes through here, and each method
//! asks the guard before it touches the store. Malformed input ends here or before.
