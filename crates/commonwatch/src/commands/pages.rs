//! Lists that come in pages, read to their end.

use crate::failure::Failure;

/// Things that are read at a time.
pub const PAGE: usize = 100;

/// All that a list has. `read` gives what comes after a place, `place` says where a thing stands.
///
/// # Errors
/// What `read` says.
pub async fn all<T, P, E: Into<Failure>>(
    read: impl AsyncFn(Option<P>) -> Result<Vec<T>, E>,
    place: impl Fn(&T) -> P,
) -> Result<Vec<T>, Failure> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = read(after).await.map_err(Into::into)?;
        let Some(last) = page.last() else { return Ok(all) };
        after = Some(place(last));
        all.extend(page);
    }
}

#[cfg(test)]
mod tests {
    use super::all;
    use crate::failure::Failure;

    #[tokio::test]
    async fn a_list_is_read_to_its_end_however_long_its_pages_are() {
        let list: Vec<usize> = (0..1_000).collect();
        for most in [1, 7, 100, 1_000, 5_000] {
            let page = async |after: Option<usize>| {
                let from = after.map_or(0, |after| after + 1);
                Ok::<_, Failure>(list[from..].iter().copied().take(most).collect())
            };
            assert_eq!(all(page, |one| *one).await.unwrap(), list, "{most}");
        }
    }
}
