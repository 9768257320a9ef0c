//! What a turn knows without asking, or asks once: messages, topics and queues. Rows that each turn of every node changes (a topic's, a
//! queue's) are asked as seldom as can be: on PostgreSQL, while somebody holds an old snapshot, each look passes over all their former versions.

use std::sync::Arc;

use jebi_domain::{
    id::QueueNo,
    message::{Lane, Message},
    time::Wall,
};

use super::{
    Error, Moved, q, row,
    turn::{CACHE, Turn},
};

/// A message as the writer needs it.
#[derive(Clone, Debug)]
pub struct Known {
    pub message: Arc<Message>,
    pub queue: i64,
    pub topic: i64,
    pub copies: u32,
    pub cancelled: bool,
    /// Found to be too late before anything of it was attempted: the rest expires.
    pub lapsed: bool,
    /// Something of it was attempted, as far as it was asked; `false` says nothing.
    pub attempted: bool,
}

impl Known {
    /// As others have left it.
    fn after(mut self, moved: Moved) -> Self {
        let Moved { queue, due, scheduled, cancelled, lapsed, provider } = moved;
        let m = &self.message;
        if m.due.0 != due || m.scheduled != scheduled || m.provider != provider {
            let mut message = Message::clone(m);
            (message.due, message.scheduled, message.provider) = (Wall(due), scheduled, provider);
            self.message = Arc::new(message);
        }
        (self.queue, self.cancelled, self.lapsed, self.attempted) = (queue, cancelled, lapsed, false);
        self
    }
}

/// What of a topic's mail waits until it is resumed.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::store) struct Paused {
    /// By a person.
    all: bool,
    /// By its first results.
    bulk: bool,
}

impl Paused {
    pub fn holds(self, lane: Lane) -> bool {
        self.all || self.bulk && lane == Lane::Bulk
    }
}

impl Turn<'_> {
    /// A message by its number, from memory where it was met lately.
    pub fn known(&mut self, no: i64) -> Result<Option<Known>, Error> {
        if let Some(known) = self.memory.messages.get(&no) {
            if self.db.is_alone() || self.fresh.contains(&no) {
                return Ok(Some(known.clone()));
            }
            if let Some(moved) = self.db.moved(no)? {
                let known = known.clone().after(moved);
                self.remember(no, known.clone());
                return Ok(Some(known));
            }
        }
        let Some(read) = self.row(q!("message_read"), [no], |r| Ok(row::unplaced(r)))? else {
            return Ok(None);
        };
        let read = read?;
        let topic = self.topic_name(read.topic)?;
        let (provider, lane) = self.home_of(read.queue)?;
        let known = read.placed(topic, provider, lane);
        self.remember(no, known.clone());
        Ok(Some(known))
    }

    pub fn remember(&mut self, no: i64, known: Known) {
        // Messages hold their content: fewer of them.
        if self.memory.messages.len() >= CACHE / 16 {
            self.memory.messages.clear();
        }
        self.fresh.insert(no);
        self.memory.messages.insert(no, known);
    }

    /// The number of a topic and what of it is paused; made when it is new.
    pub fn topic(&mut self, name: &str, now: Wall) -> Result<(i64, Paused), Error> {
        if name.is_empty() {
            return Ok((0, Paused::default()));
        }
        if let Some(known) = self.memory.topics.get(name) {
            return Ok(*known);
        }
        let found = match self.find_topic(name)? {
            Some(found) => found,
            None => self.new_topic(name, now)?,
        };
        if self.memory.topics.len() >= CACHE {
            self.memory.topics.clear();
        }
        self.memory.topics.insert(name.to_owned(), found);
        Ok(found)
    }

    fn new_topic(&self, name: &str, now: Wall) -> Result<(i64, Paused), Error> {
        if let Some(no) = self.row(q!("topic_insert"), (name, now.0), |r| r.get(0))? {
            return Ok((no, Paused::default()));
        }
        // Another node was first.
        self.find_topic(name)?.ok_or_else(|| Error::damaged("topic", "it was not written"))
    }

    pub fn find_topic(&self, name: &str) -> Result<Option<(i64, Paused)>, Error> {
        self.row(q!("topic_by_name"), [name], |r| {
            let is_set = |i| Ok::<_, Error>(r.get::<Option<i64>>(i)?.is_some());
            Ok((r.get(0)?, Paused { all: is_set(1)?, bulk: is_set(2)? }))
        })
    }

    /// The live queue of a (provider, lane, topic); made when there is none.
    pub fn queue(&mut self, provider: &str, lane: Lane, topic: i64) -> Result<i64, Error> {
        let key = (provider.to_owned(), lane, topic);
        if let Some(no) = self.memory.queues.get(&key) {
            return Ok(*no);
        }
        let no = match self.row(q!("queue_live"), (provider, lane.code(), topic), |r| r.get(0))? {
            Some(no) => no,
            None => self.inserted(q!("queue_insert"), (provider, lane.code(), topic))?,
        };
        if self.memory.queues.len() >= CACHE {
            self.memory.queues.clear();
        }
        self.memory.queues.insert(key, no);
        Ok(no)
    }

    /// Notes where a queue's mail goes, as this turn has read it.
    pub fn found_home(&mut self, queue: i64, provider: &str, lane: Lane) {
        self.homes.insert(queue, (provider.to_owned(), lane));
    }

    /// Queues were handed over: what this turn has read of where mail goes is not so any more.
    pub fn moved_homes(&mut self) {
        self.homes.clear();
        self.fresh.clear();
    }

    /// The provider and lane of a queue. Kept for this turn: moving hands a queue over.
    pub fn home_of(&mut self, queue: i64) -> Result<(String, Lane), Error> {
        if let Some(home) = self.homes.get(&queue) {
            return Ok(home.clone());
        }
        let found = self.row(q!("queue_get"), [queue], |r| Ok((r.get::<String>(0)?, r.get::<i64>(1)?)))?;
        let (provider, lane) = found.ok_or_else(|| Error::damaged("queue", format!("{queue} is gone")))?;
        let lane = Lane::from_code(lane).ok_or_else(|| Error::damaged("lane", lane))?;
        self.found_home(queue, &provider, lane);
        Ok((provider, lane))
    }

    /// The name of a topic, which never changes.
    pub(super) fn topic_name(&mut self, topic: i64) -> Result<String, Error> {
        if let Some(name) = self.memory.topic_names.get(&topic) {
            return Ok(name.clone());
        }
        let found = self.row(q!("topic_name"), [topic], |r| r.get::<String>(0))?;
        let name = found.ok_or_else(|| Error::damaged("topic", format!("{topic} is gone")))?;
        if self.memory.topic_names.len() >= CACHE {
            self.memory.topic_names.clear();
        }
        self.memory.topic_names.insert(topic, name.clone());
        Ok(name)
    }

    /// The topic of a queue, which never changes.
    pub fn topic_of(&mut self, queue: QueueNo) -> Result<i64, Error> {
        if let Some(topic) = self.memory.topic_of.get(&queue.0) {
            return Ok(*topic);
        }
        let found = self.row(q!("queue_get"), [queue.0], |r| r.get(2))?;
        let topic = found.ok_or_else(|| Error::damaged("queue", format!("{} is gone", queue.0)))?;
        if self.memory.topic_of.len() >= CACHE {
            self.memory.topic_of.clear();
        }
        self.memory.topic_of.insert(queue.0, topic);
        Ok(topic)
    }
}
