//! fake-mattermost
