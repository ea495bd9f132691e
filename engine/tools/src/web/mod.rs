//! Searches, pages of the web, and speech.
