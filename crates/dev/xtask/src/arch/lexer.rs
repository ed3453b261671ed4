//! Rust source with everything blanked that is not code, so that braces and keywords can be counted.
//!
//! Limits: knows comments, strings, raw strings, characters and lifetimes; does not expand macros.

/// The same text, same lines, with comments and the contents of literals replaced by spaces.
pub(crate) fn blanked(source: &str) -> String {
    let chars: Vec<char> = source.chars().collect();
    let mut out = String::with_capacity(source.len());
    let mut at = 0;
    while at < chars.len() {
        let end = match chars[at] {
            '/' if chars.get(at + 1) == Some(&'/') => line_end(&chars, at),
            '/' if chars.get(at + 1) == Some(&'*') => comment_end(&chars, at),
            '"' => string_end(&chars, at + 1),
            'r' | 'b' | 'c' if !continues_word(&chars, at) => raw_end(&chars, at).unwrap_or(at),
            '\'' => char_end(&chars, at),
            _ => at,
        };
        if end == at {
            out.push(chars[at]);
            at += 1;
        } else {
            out.extend(chars[at..end].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
            at = end;
        }
    }
    out
}

fn continues_word(chars: &[char], at: usize) -> bool {
    at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_')
}

fn line_end(chars: &[char], at: usize) -> usize {
    chars[at..].iter().position(|c| *c == '\n').map_or(chars.len(), |n| at + n)
}

fn comment_end(chars: &[char], start: usize) -> usize {
    let (mut depth, mut at) = (0_usize, start);
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => {
                depth += 1;
                at += 2;
            }
            ('*', Some('/')) => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    chars.len()
}

/// The end of a string whose first character inside is at `at`.
fn string_end(chars: &[char], mut at: usize) -> usize {
    while at < chars.len() {
        match chars[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    chars.len()
}

/// The end of `r"..."`, `r#"..."#`, `b"..."`, `br"..."`, `c"..."`; nothing when no literal starts here.
fn raw_end(chars: &[char], start: usize) -> Option<usize> {
    let mut at = start;
    while at < start + 2 && matches!(chars.get(at), Some('b' | 'r' | 'c')) {
        at += 1;
    }
    let raw = chars[start..at].contains(&'r');
    let hashes = chars[at..].iter().take_while(|c| **c == '#').count();
    if chars.get(at + hashes) != Some(&'"') || (hashes > 0 && !raw) {
        return None;
    }
    let inside = at + hashes + 1;
    if !raw {
        return Some(string_end(chars, inside));
    }
    let closes = |at: &usize| {
        chars[*at] == '"' && chars[at + 1..].iter().take_while(|c| **c == '#').take(hashes).count() == hashes
    };
    Some((inside..chars.len()).find(closes).map_or(chars.len(), |at| at + 1 + hashes))
}

/// The end of a character literal; `at` itself for a lifetime.
fn char_end(chars: &[char], at: usize) -> usize {
    if chars.get(at + 1) == Some(&'\\') {
        let close = chars[(at + 3).min(chars.len())..].iter().position(|c| *c == '\'');
        return close.map_or(at, |n| at + 3 + n + 1);
    }
    if chars.get(at + 2) == Some(&'\'') { at + 3 } else { at }
}

#[cfg(test)]
mod tests {
    use super::blanked;

    #[test]
    fn code_stays_and_literals_go() {
        for (source, expected) in [
            ("let a = \"{ }\"; {", "let a =      ; {"),
            ("x // {\n}", "x     \n}"),
            ("/* { /* } */ { */ y", "                  y"),
            ("r#\"a\"{\"#; b", "        ; b"),
            ("let c = '{';", "let c =    ;"),
            ("fn f<'a>(x: &'a str) {", "fn f<'a>(x: &'a str) {"),
            ("'\\'' }", "     }"),
            ("b\"\\\"{\" }", "       }"),
            ("bar(\"{\")", "bar(   )"),
            ("\"a\nb\" }", "  \n   }"),
        ] {
            assert_eq!(blanked(source), expected, "{source}");
        }
    }
}
