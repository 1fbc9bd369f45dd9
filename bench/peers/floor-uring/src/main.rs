//! The floor: one io_uring loop. Multishot accept, multishot receive from a ring of provided
//! buffers, and sends that report only failure: one `io_uring_enter` for each batch of
//! requests is all that is left. Connections live in the ring's own table of files and never
//! become descriptors of the process.
//!
//! A send is not waited for, so answers to a client that pipelines without reading what it
//! asked for may interleave; load generators read. Needs Linux 6.1.

mod buffers;

use std::io;
use std::os::fd::AsRawFd;

use buffers::BufferRing;
use floor::{Floor, HeadEnds};
use io_uring::squeue::{Entry, Flags};
use io_uring::types::{Fd, Fixed};
use io_uring::{CompletionQueue, IoUring, SubmissionQueue, Submitter, cqueue, opcode};

const SUBMISSIONS: u32 = 4096;
const COMPLETIONS: u32 = 16 * 1024;
const BUFFER_GROUP: u16 = 0;
const CONNECTIONS_MAX: u32 = 16 * 1024;

fn main() {
    let done = Floor::from_args()
        .and_then(|floor| run(&floor).map_err(|error| format!("io_uring: {error}")));
    if let Err(error) = done {
        eprintln!("floor-uring: {error}");
        std::process::exit(1);
    }
}

fn run(floor: &Floor) -> io::Result<()> {
    let mut ring = IoUring::builder()
        .setup_single_issuer()
        .setup_defer_taskrun()
        .setup_cqsize(COMPLETIONS)
        .build(SUBMISSIONS)?;
    let buffers = BufferRing::register(&ring, BUFFER_GROUP)?;
    let (mut submitter, submissions, completions) = ring.split();
    // Saves the kernel a look at the table of files in each call.
    submitter.register_ring_fd()?;
    // Counts against the limit on descriptors: `ulimit -n`.
    submitter.register_files_sparse(CONNECTIONS_MAX)?;
    Loop { submitter, submissions, completions, buffers, floor, connections: Vec::new() }.run()
}

/// The ring, and what is known of each connection at its place in the table of files.
struct Loop<'r> {
    submitter: Submitter<'r>,
    submissions: SubmissionQueue<'r>,
    completions: CompletionQueue<'r>,
    buffers: BufferRing,
    // Borrowed, so that the answers outlive the ring that sends from them.
    floor: &'r Floor,
    connections: Vec<HeadEnds>,
}

/// What a completion is about: carried by its user data, above the place of the connection.
#[derive(Clone, Copy)]
enum Operation {
    Accept = 1,
    Receive = 2,
    Send = 3,
    Close = 4,
}

impl Loop<'_> {
    fn run(mut self) -> io::Result<()> {
        self.arm_accept()?;
        loop {
            self.submissions.sync();
            match self.submitter.submit_and_wait(1) {
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
            self.completions.sync();
            while let Some(completion) = self.completions.next() {
                self.complete(&completion)?;
            }
            self.buffers.publish();
        }
    }

    fn complete(&mut self, completion: &cqueue::Entry) -> io::Result<()> {
        let place = completion.user_data() as u32;
        match completion.user_data() >> 32 {
            operation if operation == Operation::Accept as u64 => self.accepted(completion),
            operation if operation == Operation::Receive as u64 => self.received(place, completion),
            // A send that failed is followed by the end of its connection's receive.
            _ => Ok(()),
        }
    }

    fn accepted(&mut self, completion: &cqueue::Entry) -> io::Result<()> {
        if let Ok(place) = u32::try_from(completion.result()) {
            let index = place as usize;
            if self.connections.len() <= index {
                self.connections.resize(index + 1, HeadEnds::default());
            }
            self.connections[index] = HeadEnds::default();
            self.arm_receive(place)?;
        }
        if cqueue::more(completion.flags()) { Ok(()) } else { self.arm_accept() }
    }

    fn received(&mut self, place: u32, completion: &cqueue::Entry) -> io::Result<()> {
        let taken = cqueue::buffer_select(completion.flags());
        let heads = match (taken, usize::try_from(completion.result())) {
            (Some(buffer), Ok(length)) => {
                let ends = &mut self.connections[place as usize];
                self.buffers.take(buffer, |octets| ends.count(&octets[..length]))
            }
            _ => 0,
        };
        self.send(place, heads * self.floor.answers.length())?;
        if cqueue::more(completion.flags()) {
            return Ok(());
        }
        match completion.result() {
            1.. => self.arm_receive(place),
            error if error == -libc::ENOBUFS => self.arm_receive(place),
            _ => self.close(place),
        }
    }

    fn arm_accept(&mut self) -> io::Result<()> {
        let listener = Fd(self.floor.listener.as_raw_fd());
        let entry = opcode::AcceptMulti::new(listener).allocate_file_index(true).build();
        self.push(Operation::Accept, 0, entry)
    }

    fn arm_receive(&mut self, place: u32) -> io::Result<()> {
        let entry = opcode::RecvMulti::new(Fixed(place), BUFFER_GROUP).build();
        self.push(Operation::Receive, place, entry)
    }

    fn send(&mut self, place: u32, mut owed_bytes: usize) -> io::Result<()> {
        while owed_bytes > 0 {
            let octets = self.floor.answers.next(owed_bytes);
            owed_bytes -= octets.len();
            // What does not fit into one piece stays in order by being linked.
            let order = if owed_bytes > 0 { Flags::IO_LINK } else { Flags::empty() };
            let entry = opcode::Send::new(Fixed(place), octets.as_ptr(), octets.len() as u32)
                .flags(libc::MSG_NOSIGNAL | libc::MSG_WAITALL)
                .build()
                .flags(Flags::SKIP_SUCCESS | order);
            self.push(Operation::Send, place, entry)?;
        }
        Ok(())
    }

    /// Through the ring, so that it comes after the sends of the same batch.
    fn close(&mut self, place: u32) -> io::Result<()> {
        let entry = opcode::Close::new(Fixed(place)).build().flags(Flags::SKIP_SUCCESS);
        self.push(Operation::Close, place, entry)
    }

    fn push(&mut self, operation: Operation, place: u32, entry: Entry) -> io::Result<()> {
        let entry = entry.user_data((operation as u64) << 32 | u64::from(place));
        // SAFETY: the only memory that entries point into is that of the answers, which is never
        // changed and outlives the ring.
        while unsafe { self.submissions.push(&entry) }.is_err() {
            self.submissions.sync();
            self.submitter.submit()?;
            self.submissions.sync();
        }
        Ok(())
    }
}
