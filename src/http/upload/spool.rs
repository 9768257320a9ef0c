//! A part of a form, or a body, on the disk while it is worked on: for what has to be read twice and is too large to hold.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Seek, SeekFrom, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use axum::body::Bytes;
use jebi_domain::{
    port::{Random, files::PIECE},
    refusal::Refusal,
};

use super::{Flow, form::Part};
use crate::http::AppState;

/// A file without a name: it goes when the last that holds it ends, also by a crash.
pub struct Spool {
    file: File,
}

impl Spool {
    fn new(folder: &Path, random: &dyn Random) -> io::Result<Self> {
        let mut bytes = [0; 16];
        random.fill(&mut bytes);
        let path = folder.join(format!(".upload-{:032x}", u128::from_le_bytes(bytes)));
        // It holds recipients: for nobody else's eyes.
        let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path)?;
        fs::remove_file(&path)?;
        Ok(Self { file })
    }

    /// The file, from its beginning on. One reader at a time: all share one place in it.
    ///
    /// # Errors
    /// The system's.
    pub fn read(&self) -> io::Result<File> {
        let mut file = self.file.try_clone()?;
        file.seek(SeekFrom::Start(0))?;
        Ok(file)
    }
}

impl Part<'_> {
    /// Takes it to the disk as it comes.
    ///
    /// # Errors
    /// As for the form; a disk that is full or nearly so, or cannot be written.
    pub async fn spooled(mut self, state: &AppState) -> Result<Spool, Refusal> {
        let spool = fill(state, &mut self).await?;
        self.end();
        Ok(spool)
    }
}

impl Flow {
    /// Takes the whole body to the disk as it comes.
    ///
    /// # Errors
    /// As for the body; a disk that is full or nearly so, or cannot be written.
    pub async fn spooled(mut self, state: &AppState) -> Result<Spool, Refusal> {
        fill(state, &mut self).await
    }
}

/// What comes piece by piece.
trait Pieces: Send {
    fn piece(&mut self) -> impl Future<Output = Result<Option<Bytes>, Refusal>> + Send;
}

impl Pieces for Part<'_> {
    fn piece(&mut self) -> impl Future<Output = Result<Option<Bytes>, Refusal>> + Send {
        self.next()
    }
}

impl Pieces for Flow {
    fn piece(&mut self) -> impl Future<Output = Result<Option<Bytes>, Refusal>> + Send {
        self.next()
    }
}

async fn fill(state: &AppState, from: &mut impl Pieces) -> Result<Spool, Refusal> {
    let (folder, random) = (state.settings.scratch.clone(), state.random.clone());
    // It lies on the disk the mail is kept on, and must not take the room that sending needs.
    state.files.check_room(0)?;
    let mut spool = beside(move || Spool::new(&folder, &*random)).await?;
    let mut piece = Vec::with_capacity(PIECE);
    while let Some(bytes) = from.piece().await? {
        piece.extend_from_slice(&bytes);
        if piece.len() >= PIECE {
            state.files.check_room(piece.len())?;
            (spool, piece) = beside(move || put(spool, piece)).await?;
        }
    }
    state.files.check_room(piece.len())?;
    (spool, _) = beside(move || put(spool, piece)).await?;
    Ok(spool)
}

fn put(mut spool: Spool, mut piece: Vec<u8>) -> io::Result<(Spool, Vec<u8>)> {
    spool.file.write_all(&piece)?;
    piece.clear();
    Ok((spool, piece))
}

/// Works with the disk off the threads that serve requests.
async fn beside<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T, Refusal> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(|e| unwritten(&e)),
        Err(_) => Err(Refusal::busy(5, "stopping", "the server is stopping")),
    }
}

/// What the disk did not do. The cause is the operator's to see.
pub fn unwritten(error: &io::Error) -> Refusal {
    tracing::error!(%error, "an upload could not be kept on the disk");
    Refusal::busy(10, "disk_unavailable", "the server cannot keep the upload on its disk")
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use jebi_domain::fake::SeededRandom;

    use super::*;

    #[test]
    fn a_spool_is_read_from_its_beginning_each_time_and_has_no_name() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::new(folder.path(), &SeededRandom::new(1)).unwrap();
        let (spool, _) = put(spool, "홍길동".into()).unwrap();
        for _ in 0..2 {
            let mut text = String::new();
            spool.read().unwrap().read_to_string(&mut text).unwrap();
            assert_eq!(text, "홍길동");
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        assert!(Spool::new(&folder.path().join("none"), &SeededRandom::new(1)).is_err());
    }
}
