//! Connections for reading, kept and lent.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
};

use deadpool_postgres::{Client, Connect, Hook, HookError, Manager, ManagerConfig, PoolError, RecyclingMethod, Runtime, TimeoutType};
use tokio::task::JoinHandle;

use super::{Connector, Fault, Kind, Session};

/// Lends connections for reading. A new one is set up and looked at like every other; one that has ended is replaced.
pub struct Pool {
    lent: deadpool_postgres::Pool,
    connector: Arc<Connector>,
    /// Why the server was not fit when a connection was last opened: the pool passes on no more than words.
    unfit: Arc<Mutex<Option<Fault>>>,
}

struct Opener(Arc<Connector>);

type Opening<'a> = Pin<Box<dyn Future<Output = Result<(tokio_postgres::Client, JoinHandle<()>), tokio_postgres::Error>> + Send + 'a>>;

impl Connect for Opener {
    fn connect(&self, _: &tokio_postgres::Config) -> Opening<'_> {
        Box::pin(async {
            let (client, _, driven) = self.0.raw().await?;
            Ok((client, driven))
        })
    }
}

impl Pool {
    /// At most `size` connections, opened when they are wanted.
    ///
    /// # Errors
    /// None that is known: the pool has a runtime, which is all it asks for.
    pub fn new(connector: Arc<Connector>, size: usize) -> Result<Self, Fault> {
        let unfit: Arc<Mutex<Option<Fault>>> = Arc::default();
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let driver = connector.target().driver(connector.session());
        let manager = Manager::from_connect(driver, Opener(Arc::clone(&connector)), recycling);
        let look = {
            let (connector, unfit) = (Arc::clone(&connector), Arc::clone(&unfit));
            Hook::async_fn(move |client: &mut deadpool_postgres::ClientWrapper, _| {
                let (connector, unfit) = (Arc::clone(&connector), Arc::clone(&unfit));
                Box::pin(async move {
                    let looked = connector.look(client).await;
                    looked.map(|_| ()).map_err(|fault| {
                        let words = fault.to_string();
                        *unfit.lock().unwrap_or_else(PoisonError::into_inner) = Some(fault);
                        HookError::message(words)
                    })
                })
            })
        };
        let time = Some(connector.session().connect_timeout);
        let lent = deadpool_postgres::Pool::builder(manager)
            .max_size(size)
            .create_timeout(time)
            .wait_timeout(time)
            .post_create(look)
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|e| Fault::new(Kind::Internal, format!("no pool could be made: {e}"), "report this as a fault of the program"))?;
        Ok(Self { lent, connector, unfit })
    }

    /// Borrows one; it goes back when dropped.
    ///
    /// # Errors
    /// None is free in time, or no new one can be opened.
    pub async fn get(&self) -> Result<Client, Fault> {
        let got = self.lent.get().await.map_err(|error| self.fault(error));
        match &got {
            Ok(_) => self.connector.reach().up(),
            Err(fault) if fault.kind != Kind::Slow => self.connector.reach().down(fault),
            Err(_) => {}
        }
        got
    }

    /// What its connections are set to.
    #[must_use]
    pub fn session(&self) -> &Session {
        self.connector.session()
    }

    /// What an error on one of its connections means.
    #[must_use]
    pub fn fault_of(&self, error: &tokio_postgres::Error) -> Fault {
        self.connector.fault(error)
    }

    /// Ends them all, and lends no more.
    pub fn close(&self) {
        self.lent.close();
    }

    fn fault(&self, error: PoolError) -> Fault {
        let target = self.connector.target();
        let seconds = self.connector.session().connect_timeout.as_secs();
        match error {
            PoolError::Backend(error) => Fault::opening(&error, target),
            PoolError::Timeout(TimeoutType::Wait) => {
                Fault::new(Kind::Slow, format!("no connection for reading was free within {seconds} s"), "raise DATABASE_POOL_SIZE")
            }
            PoolError::Timeout(TimeoutType::Create | TimeoutType::Recycle) => Fault::silent(target, seconds),
            PoolError::PostCreateHook(error) => {
                let unfit = self.unfit.lock().unwrap_or_else(PoisonError::into_inner).take();
                // Of two that failed at once, the second finds nothing: the words are the same.
                unfit.unwrap_or_else(|| Fault::new(Kind::Unavailable, error.to_string(), "it is tried again by itself"))
            }
            PoolError::Closed | PoolError::NoRuntimeSpecified => {
                Fault::new(Kind::Unavailable, "the connections for reading are closed", "it is stopping: ask again when it has started")
            }
        }
    }
}
