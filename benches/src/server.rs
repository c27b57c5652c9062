//! Servers under measurement: a process in a directory of its own, on a free port, ended when it is no longer needed.

use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine;
use serde_json::Value;

use crate::Outcome;
use crate::http::Client;
use crate::process::pause;

/// A server that answers, and how to ask it.
pub struct Server {
    /// What the tables call it.
    pub name: String,
    /// Path of the objects of a collection, with the slash at its end.
    pub objects: String,
    /// Path of its manifest.
    pub manifest: String,
    /// From the start of the process to the first answer.
    pub ready: Duration,
    address: String,
    writer: String,
    reader: String,
    child: Child,
}

impl Server {
    /// The process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// A connection that may write.
    pub fn writing(&self) -> Client {
        Client::new(&self.address, &self.writer)
    }

    /// A connection that may read.
    pub fn reading(&self) -> Client {
        Client::new(&self.address, &self.reader)
    }

    /// Asks the process to end, and waits until it did.
    pub fn stop(mut self) -> Outcome<()> {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status()?;
        if asked.success() {
            self.child.wait()?;
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // One that was stopped is gone already: nothing to end and nothing to wait for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A Commonwatch node in a directory, and the keys to it.
pub struct Node {
    program: PathBuf,
    data: PathBuf,
    writer: String,
    reader: String,
}

/// The collection that everything goes to.
const COMMUNITY: &str = "measured";

impl Node {
    /// Makes a node with one community, a member that writes (the operator's own) and one that reads.
    pub fn make(program: &Path, data: &Path) -> Outcome<Self> {
        let mut node = Self {
            program: program.to_owned(),
            data: data.to_owned(),
            writer: String::new(),
            reader: String::new(),
        };
        // Serving once makes the node.
        node.start()?.stop()?;
        node.tell(&[
            "community",
            "add",
            COMMUNITY,
            "--title",
            "Measured",
            "--purpose",
            "Measuring",
        ])?;
        node.tell(&["member", "add", "Reader"])?;
        node.tell(&["community", "join", COMMUNITY, "Reader", "--read-only"])?;
        node.tell(&["member", "person", "Reader", "reader", "--role", "analyst"])?;
        node.writer = node.key(&["key", "add", "writer"])?;
        node.reader = node.key(&["key", "add", "reader", "--for", "reader"])?;
        Ok(node)
    }

    /// Starts serving.
    pub fn start(&self) -> Outcome<Server> {
        let started = Instant::now();
        let mut child = self
            .command(&["serve", "--listen", "127.0.0.1:0", "--organisation", "Example hub"])
            .stdout(Stdio::piped())
            .spawn()?;
        let mut lines = BufReader::new(child.stdout.take().ok_or("no standard output")?).lines();
        let address = loop {
            let line: Value = serde_json::from_str(&lines.next().ok_or("the node did not start")??)?;
            if let Some(address) = line.get("address").and_then(Value::as_str) {
                break address.to_owned();
            }
        };
        let objects = format!("/commonwatch/collections/{COMMUNITY}/objects/");
        let mut server = Server {
            name: "Commonwatch".to_owned(),
            manifest: objects.replace("objects", "manifest"),
            objects,
            ready: Duration::ZERO,
            address,
            writer: self.writer.clone(),
            reader: self.reader.clone(),
            child,
        };
        if !self.reader.is_empty() {
            server.reading().get("/taxii2/")?;
        }
        server.ready = started.elapsed();
        Ok(server)
    }

    /// The command line of this node.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("--json").arg("--data").arg(&self.data).args(arguments);
        command
    }

    /// Shares a file with the community.
    pub fn share(&self, file: &Path) -> Command {
        let mut command = self.command(&["share", "--community", COMMUNITY]);
        command.arg(file).stdout(Stdio::null());
        command
    }

    fn tell(&self, arguments: &[&str]) -> Outcome<String> {
        let output = self.command(arguments).output()?;
        if !output.status.success() {
            let text = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(format!("commonwatch {}: {text}", arguments.join(" ")).into());
        }
        Ok(String::from_utf8(output.stdout)?)
    }

    fn key(&self, arguments: &[&str]) -> Outcome<String> {
        let told: Value = serde_json::from_str(&self.tell(arguments)?)?;
        let key = told.get("key").and_then(Value::as_str).ok_or("no key was given")?;
        Ok(format!("Bearer {key}"))
    }
}

/// Starts a peer by its script in `peers/`, which is told the port and a directory and serves one collection to the
/// login and password `measured`.
pub fn peer(python: &Path, script: &Path, name: &str, objects: &str, directory: &Path) -> Outcome<Server> {
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let started = Instant::now();
    let child = Command::new(python)
        .arg(script)
        .arg(port.to_string())
        .arg(directory)
        .stdout(Stdio::null())
        .stderr(std::fs::File::create(directory.join("errors.log"))?)
        .spawn()?;
    let login = base64::engine::general_purpose::STANDARD.encode("measured:measured");
    let login = format!("Basic {login}");
    let mut server = Server {
        name: name.to_owned(),
        objects: objects.to_owned(),
        manifest: objects.replace("objects", "manifest"),
        ready: Duration::ZERO,
        address: format!("127.0.0.1:{port}"),
        writer: login.clone(),
        reader: login,
        child,
    };
    while TcpStream::connect(&server.address).is_err() {
        if started.elapsed() > Duration::from_secs(60) || server.child.try_wait()?.is_some() {
            return Err(format!("{name} does not start; see {}/errors.log", directory.display()).into());
        }
        pause(Duration::from_millis(20));
    }
    server.ready = started.elapsed();
    Ok(server)
}
