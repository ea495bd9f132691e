//! How much of everything there may be.

/// What memories may take up.
///
/// # Examples
///
/// ```
/// use fumehood_tools::recall::RecallLimits;
///
/// let mut limits = RecallLimits::default();
/// limits.memories = 500;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecallLimits {
    /// Bytes of the text of a memory. The default is 8 KiB.
    pub text_bytes: usize,
    /// Tags of a memory. The default is 16.
    pub tags: usize,
    /// Bytes of a tag, and of what a memory is about. The default is 200.
    pub tag_bytes: usize,
    /// Memories of a space; when there are so many, some have to be forgotten first. The default is 10 000.
    pub memories: usize,
    /// Memories that a search finds. The default is 50.
    pub results: usize,
    /// Bytes of a query. The default is 4 KiB.
    pub query_bytes: usize,
    /// Spaces of a store. The default is 10 000.
    pub spaces: usize,
}

impl Default for RecallLimits {
    fn default() -> RecallLimits {
        RecallLimits {
            text_bytes: 8 << 10,
            tags: 16,
            tag_bytes: 200,
            memories: 10_000,
            results: 50,
            query_bytes: 4 << 10,
            spaces: 10_000,
        }
    }
}
