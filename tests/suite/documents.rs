//! The documents: every YAML file is one, and every command line that they show is one of ours.
