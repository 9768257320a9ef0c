//! One file on its way into the store. Never more than one piece of it is in memory here.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use jebi_domain::{
    attachment::{self, Recognised},
    content::FileId,
    port::{
        Clock, Store,
        files::{Finished, PIECE, UploadNo},
        store::StoreResult,
    },
    refusal::{Fault, Refusal, RefusalKind},
};
use sha2::{Digest, Sha256};

use super::{FRESH, Settings, kind_of, recognise::Recogniser, refusal};

/// A file that is in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub id: FileId,
    /// As it is sent: NFC.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// As it was given, or by the name.
    pub content_type: String,
}

/// A file that is coming in. Dropped before its end, nothing of it stays.
pub struct Upload {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    settings: Arc<Settings>,
    name: String,
    content_type: Option<String>,
    /// What came and is no whole piece yet.
    piece: BytesMut,
    /// Bytes before that.
    stored: u64,
    hash: Sha256,
    recogniser: Recogniser,
    begun: Begun,
}

/// The upload in the store, given up where it is dropped.
struct Begun(Option<(Arc<dyn Store>, UploadNo)>);

impl Drop for Begun {
    fn drop(&mut self) {
        let Some((store, upload)) = self.0.take() else { return };
        // Without a runtime the process ends; what is left goes in an hour.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        runtime.spawn(async move {
            if let Err(error) = store.abandon_upload(upload).await {
                tracing::debug!(%error, "an upload that was given up could not be marked; it is removed in an hour");
            }
        });
    }
}

impl Upload {
    pub(super) fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        settings: Arc<Settings>,
        name: String,
        content_type: Option<String>,
    ) -> Self {
        Self {
            store,
            clock,
            settings,
            name,
            content_type,
            piece: BytesMut::new(),
            stored: 0,
            hash: Sha256::new(),
            recogniser: Recogniser::default(),
            begun: Begun(None),
        }
    }

    /// Takes the next bytes. Returns when they are in memory or in the store, so that the sender is slowed to what the store takes.
    ///
    /// # Errors
    /// A file that is too large or a program, without a field; a store that cannot write.
    pub async fn push(&mut self, mut bytes: Bytes) -> Result<(), Refusal> {
        while !bytes.is_empty() {
            let room = PIECE - self.piece.len();
            let part = bytes.split_to(room.min(bytes.len()));
            let size = self.stored + (self.piece.len() + part.len()) as u64;
            attachment::check_size(&self.settings.rules, &self.name, size).map_err(Refusal::invalid)?;
            self.piece.extend_from_slice(&part);
            if self.piece.len() == PIECE {
                self.look()?;
                self.write().await?;
            }
        }
        Ok(())
    }

    /// Looks at the piece that is there.
    fn look(&mut self) -> Result<(), Refusal> {
        self.hash.update(&self.piece);
        self.recogniser.see(self.stored, &self.piece);
        match self.recogniser.seen() {
            Recognised::Program(what) => Err(Refusal::invalid(attachment::program(&self.name, what))),
            _ => Ok(()),
        }
    }

    async fn write(&mut self) -> Result<(), Refusal> {
        let piece = self.piece.split().freeze();
        let upload = match &self.begun.0 {
            Some((_, upload)) => *upload,
            None => {
                let upload = self.store.begin_upload(self.clock.wall()).await.map_err(refusal)?;
                self.begun.0 = Some((Arc::clone(&self.store), upload));
                upload
            }
        };
        let len = piece.len() as u64;
        self.store.append(upload, self.stored, piece, self.clock.wall()).await.map_err(refusal)?;
        self.stored += len;
        Ok(())
    }

    /// Ends the file: when this returns, it is on disk.
    ///
    /// # Errors
    /// A file that is empty, a program, or not what its name says, without a field; a store that cannot write.
    pub async fn finish(mut self) -> Result<Kept, Refusal> {
        let size = self.stored + self.piece.len() as u64;
        self.look()?;
        attachment::check(&self.settings.rules, &self.name, size, self.recogniser.seen()).map_err(Refusal::invalid)?;
        let id = FileId(std::mem::take(&mut self.hash).finalize().into());
        let content_type = self.content_type.take().unwrap_or_else(|| attachment::type_of(&self.name).to_owned());
        let kept = Kept { id, name: std::mem::take(&mut self.name), size, content_type };
        // Known before anything of it was written: the same content is not written again.
        if self.begun.0.is_none() && is_there(&*self.store, &*self.clock, id).await.map_err(refusal)? {
            return Ok(kept);
        }
        if !self.piece.is_empty() {
            self.write().await?;
        }
        if let Some((_, upload)) = &self.begun.0 {
            let file = Finished { id, size, kind: kind_of(self.recogniser.seen()) };
            self.store.finish_upload(*upload, file, self.clock.wall()).await.map_err(refusal)?;
            self.begun.0 = None;
        }
        Ok(kept)
    }

    /// A fault of the file, told at its place in the request. What the store could not do is nobody's fault.
    #[must_use]
    pub fn at(field: &str, refusal: Refusal) -> Refusal {
        if refusal.kind != RefusalKind::Invalid {
            return refusal;
        }
        let told = |fault: Fault| if fault.field.is_empty() { Fault { field: field.to_owned(), ..fault } } else { fault };
        Refusal { kind: refusal.kind, faults: refusal.faults.into_iter().map(told).collect() }
    }
}

/// Whether content is in the store, and stays there for as long as what is uploaded now.
pub(super) async fn is_there(store: &dyn Store, clock: &dyn Clock, id: FileId) -> StoreResult<bool> {
    let now = clock.wall();
    match store.file(id).await? {
        None => Ok(false),
        Some(file) if file.used_at >= now - FRESH => Ok(true),
        Some(_) => store.touch_file(id, now).await,
    }
}

/// Writes a file that is in memory.
pub(super) async fn write(store: &Arc<dyn Store>, clock: &dyn Clock, id: FileId, content: &Bytes, kind: Option<String>) -> StoreResult<()> {
    let upload = store.begin_upload(clock.wall()).await?;
    let mut begun = Begun(Some((Arc::clone(store), upload)));
    for from in (0..content.len()).step_by(PIECE) {
        let piece = content.slice(from..content.len().min(from + PIECE));
        store.append(upload, from as u64, piece, clock.wall()).await?;
    }
    store.finish_upload(upload, Finished { id, size: content.len() as u64, kind }, clock.wall()).await?;
    begun.0 = None;
    Ok(())
}
