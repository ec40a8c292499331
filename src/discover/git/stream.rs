//! A child's output, read as it comes, by somebody who does not wait for ever.

use std::io::{self, Read, Write};
use std::process::{Child, ChildStdin, Command};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::thread::JoinHandle;
use std::time::Duration;

use super::Refusal;

/// How long git may say nothing. It blocks for ever where a pipe stands in place of one of its
/// files.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// The bytes that are read ahead are at most this many times [`CHUNKS`].
const CHUNK: usize = 64 * 1024;
const CHUNKS: usize = 4;
/// What is kept of what a child complains about.
const ERRORS: u64 = 64 * 1024;

/// A running child. It is ended when this is dropped.
#[derive(Debug)]
pub(super) struct Stream {
    child: Child,
    chunks: Receiver<io::Result<Vec<u8>>>,
    chunk: Vec<u8>,
    /// How much of the chunk was read.
    at: usize,
    errors: Option<JoinHandle<String>>,
}

impl Stream {
    pub(super) fn spawn(mut command: Command) -> Result<Stream, Refusal> {
        let mut child = command.spawn().map_err(|_| Refusal::NotFound)?;
        let (sender, chunks) = mpsc::sync_channel(CHUNKS);
        let stdout = child.stdout.take();
        std::thread::spawn(move || {
            if let Some(stdout) = stdout {
                pass_on(stdout, &sender);
            }
        });
        let errors = child.stderr.take().map(|stderr| {
            std::thread::spawn(move || {
                let mut errors = Vec::new();
                let mut head = stderr.take(ERRORS);
                // What was read before an error is kept; the exit status tells of the error.
                let _ = head.read_to_end(&mut errors);
                let _ = io::copy(&mut head.into_inner(), &mut io::sink());
                String::from_utf8_lossy(&errors).into_owned()
            })
        });
        Ok(Stream {
            child,
            chunks,
            chunk: Vec::new(),
            at: 0,
            errors,
        })
    }

    /// Asks the child for something, by a line of its input.
    pub(super) fn ask(&mut self, line: &str) -> io::Result<()> {
        let stdin = self.child.stdin.as_mut();
        let stdin = stdin.ok_or(io::ErrorKind::BrokenPipe)?;
        stdin.write_all(line.as_bytes())?;
        stdin.write_all(b"\n")?;
        stdin.flush()
    }

    /// The child's input, for somebody who writes all of it.
    pub(super) fn take_input(&mut self) -> Option<ChildStdin> {
        self.child.stdin.take()
    }

    /// Reads up to a byte, which is left out; `None` where the output ends before.
    pub(super) fn until(&mut self, end: u8) -> io::Result<Option<Vec<u8>>> {
        let mut bytes = Vec::new();
        loop {
            if !self.fill()? {
                return Ok(None);
            }
            let rest = &self.chunk[self.at..];
            if let Some(found) = memchr::memchr(end, rest) {
                bytes.extend_from_slice(&rest[..found]);
                self.at += found + 1;
                return Ok(Some(bytes));
            }
            bytes.extend_from_slice(rest);
            self.at = self.chunk.len();
        }
    }

    /// Whether the child ended well, and what it complained about.
    pub(super) fn finish(mut self) -> (bool, String) {
        let success = match self.chunks.recv_timeout(PATIENCE) {
            // All was read.
            Err(RecvTimeoutError::Disconnected) => {
                self.child.wait().is_ok_and(|status| status.success())
            }
            _ => false,
        };
        self.end();
        let errors = self.errors.take().and_then(|errors| errors.join().ok());
        (success, errors.unwrap_or_default())
    }

    /// Makes sure that unread bytes are at hand; `false` at the end of the output.
    fn fill(&mut self) -> io::Result<bool> {
        while self.at == self.chunk.len() {
            match self.chunks.recv_timeout(PATIENCE) {
                Ok(chunk) => {
                    self.chunk = chunk?;
                    self.at = 0;
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(false),
                Err(RecvTimeoutError::Timeout) => {
                    self.end();
                    return Err(io::ErrorKind::TimedOut.into());
                }
            }
        }
        Ok(true)
    }

    fn end(&mut self) {
        // Nothing more can be done where these fail.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() || !self.fill()? {
            return Ok(0);
        }
        let rest = &self.chunk[self.at..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.at += count;
        Ok(count)
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.end();
    }
}

/// Reads to the end, or until nobody listens any more.
fn pass_on(mut from: impl Read, to: &SyncSender<io::Result<Vec<u8>>>) {
    loop {
        let mut chunk = vec![0; CHUNK];
        let read = match from.read(&mut chunk) {
            Ok(0) => return,
            Ok(count) => {
                chunk.truncate(count);
                Ok(chunk)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => Err(error),
        };
        let failed = read.is_err();
        if to.send(read).is_err() || failed {
            return;
        }
    }
}
