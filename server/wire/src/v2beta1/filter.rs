use crate::filter::filter_message;

filter_message!(operation);
