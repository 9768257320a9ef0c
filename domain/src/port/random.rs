/// The only source of randomness. Ids and keys need it unpredictable; jitter does not care.
pub trait Random: Send + Sync {
    /// Fills the whole slice.
    fn fill(&self, out: &mut [u8]);

    /// A number below `bound`, evenly spread; 0 when `bound` is 0.
    fn below(&self, bound: u64) -> u64 {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        // Multiply-shift; its bias is below 2^-32 for the spans used here.
        ((u128::from(u64::from_le_bytes(bytes)) * u128::from(bound)) >> 64) as u64
    }
}
