use std::fmt;
use std::path::Path;

/// A path, fit for one line of a message and for a shell: quoted and escaped unless it is plain.
pub(crate) struct Shown<'a>(pub(crate) &'a Path);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.to_str() {
            Some(text) if text.chars().all(|c| c.is_alphanumeric() || "/._-+@:,=".contains(c)) => {
                f.write_str(text)
            }
            _ => write!(f, "{:?}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_odd_paths_are_quoted() {
        assert_eq!(
            Shown(Path::new("/home/zoë/.config/mmcred/key")).to_string(),
            "/home/zoë/.config/mmcred/key"
        );
        assert_eq!(Shown(Path::new("/a b\n\u{1b}[0m")).to_string(), r#""/a b\n\u{1b}[0m""#);
    }
}
