//! Windows event files (EVTX).
