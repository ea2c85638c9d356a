//! Tables in files: reading CSV and XLSX of any size row by row, judging what their columns hold,
//! and writing them. No database here.

pub mod charset;
pub(crate) mod clean;
pub mod date;
pub mod delimited;
pub mod layout;
pub mod mapping;
pub mod number;
mod parts;
pub mod profile;
pub mod row;
pub mod suggest;
pub mod workbook;
pub mod write;

#[cfg(test)]
mod tests;

/// Why a file could not be read or written.
#[derive(Debug)]
pub enum TabularError {
    /// The file claims to be a workbook and is none.
    NotXlsx,
    /// A workbook of the old binary kind, or one locked with a password.
    OldOrEncrypted,
    /// The file would unpack to far more than it may.
    Bomb,
    /// The workbook has no such sheet.
    UnknownSheet,
    /// The file holds no rows.
    NoRows,
    /// The file is damaged; the text says where.
    Broken(String),
    /// The file could not be read or written.
    Io(std::io::Error),
}

impl TabularError {
    /// The stable code of the error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotXlsx => "not_a_workbook",
            Self::OldOrEncrypted => "old_or_encrypted_workbook",
            Self::Bomb => "unpacks_too_large",
            Self::UnknownSheet => "unknown_sheet",
            Self::NoRows => "no_rows",
            Self::Broken(_) => "damaged_file",
            Self::Io(_) => "unreadable_file",
        }
    }
}

impl std::fmt::Display for TabularError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotXlsx => f.write_str("the file is not an XLSX workbook"),
            Self::OldOrEncrypted => f.write_str(
                "the workbook is of the old .xls kind or locked with a password; save it as .xlsx without one",
            ),
            Self::Bomb => f.write_str("the file unpacks to more than is allowed"),
            Self::UnknownSheet => f.write_str("the workbook has no such sheet"),
            Self::NoRows => f.write_str("the file holds no rows"),
            Self::Broken(detail) => write!(f, "the file is damaged: {detail}"),
            Self::Io(error) => write!(f, "the file could not be read or written: {error}"),
        }
    }
}

impl std::error::Error for TabularError {}

impl From<std::io::Error> for TabularError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<rust_xlsxwriter::XlsxError> for TabularError {
    fn from(error: rust_xlsxwriter::XlsxError) -> Self {
        match error {
            rust_xlsxwriter::XlsxError::IoError(error) => Self::Io(error),
            other => Self::Io(std::io::Error::other(other.to_string())),
        }
    }
}
