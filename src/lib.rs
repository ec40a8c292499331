//! aiscan.
