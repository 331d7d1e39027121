//! Reports of hand-made scans.
