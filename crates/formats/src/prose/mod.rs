//! Reports for people: free text, Markdown, web pages, mails and PDF become one `report` that refers to what it names.

mod domains;
pub mod html;
pub mod mail;
pub mod pdf;
mod report;
pub mod text;
mod words;
