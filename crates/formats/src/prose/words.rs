//! Cuts a text into the pieces that can be values: words without the punctuation around them, and whole URLs.

/// A piece of the text: its byte range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub start: usize,
    pub end: usize,
}

/// Longest piece that is looked at.
const LONGEST: usize = 4_096;

/// The pieces of one line, which begins at `offset` of the whole text.
pub(super) fn of_line(line: &str, offset: usize, words: &mut Vec<Word>) {
    let is_end = |letter: char| {
        letter.is_whitespace() || matches!(letter, '<' | '>' | '"' | '`' | '“' | '”' | '„' | '«' | '»' | '|' | '•')
    };
    let mut start = 0;
    for (at, letter) in line.char_indices().chain([(line.len(), ' ')]) {
        if !is_end(letter) {
            continue;
        }
        if at > start && at - start <= LONGEST {
            of_run(&line[start..at], offset + start, words);
        }
        start = at + letter.len_utf8();
    }
}

/// The pieces of text without white space: URLs first, the rest cut at brackets and commas.
fn of_run(run: &str, offset: usize, words: &mut Vec<Word>) {
    let mut rest = 0;
    while let Some(found) = run[rest..].find("://") {
        let colon = rest + found;
        let scheme_length = run[rest..colon]
            .bytes()
            .rev()
            .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'+')
            .count();
        let start = colon - scheme_length;
        of_plain(&run[rest..start], offset + rest, words);
        let end = start + url_length(&run[start..]);
        if scheme_length > 0 {
            words.push(Word {
                start: offset + start,
                end: offset + end,
            });
        }
        rest = end.max(colon + 3);
    }
    of_plain(&run[rest..], offset + rest, words);
}

/// How much of a text that begins with a URL belongs to it: brackets count in pairs, closing punctuation does not.
fn url_length(text: &str) -> usize {
    let (mut round, mut square) = (0_i32, 0_i32);
    let mut end = text.len();
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => round += 1,
            '[' => square += 1,
            ')' => round -= 1,
            ']' => square -= 1,
            '{' | '}' | '\'' | '\\' | '^' => {
                end = at;
                break;
            }
            // A list of URLs with nothing but a comma between them.
            ',' | ';' if text[at + 1..].starts_with("http") => {
                end = at;
                break;
            }
            _ => continue,
        }
        if round < 0 || square < 0 {
            end = at;
            break;
        }
    }
    text[..end]
        .trim_end_matches(['.', ',', ';', ':', '!', '?', '*', '_', '…'])
        .len()
}

fn of_plain(text: &str, offset: usize, words: &mut Vec<Word>) {
    let cut = |letter: char| {
        matches!(
            letter,
            ',' | ';' | '(' | ')' | '{' | '}' | '=' | '\'' | '[' | ']' | '…' | '’' | '‘' | '→'
        )
    };
    let mut start = 0;
    for (at, letter) in text.char_indices().chain([(text.len(), ',')]) {
        if !cut(letter) {
            continue;
        }
        let piece = &text[start..at];
        let trimmed = piece.trim_start_matches(['*', '_', '~', '-', '.', ':', '/', '#', '!']);
        let from = start + piece.len() - trimmed.len();
        let length = trimmed
            .trim_end_matches(['.', ':', '!', '?', '*', '_', '~', '-', '/'])
            .len();
        if length > 2 {
            words.push(Word {
                start: offset + from,
                end: offset + from + length,
            });
        }
        start = at + letter.len_utf8();
    }
}
