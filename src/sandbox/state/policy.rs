//! Who may do what: Glance's shipped rules with secure defaults (glance/policies/), for tokens that are for a
//! project.

use super::Caller;

/// What somebody wants to do. The names are those of Glance's policy file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// Make an image.
    AddImage,
    /// List images.
    GetImages,
    /// Look at one.
    GetImage,
    /// Change its metadata or tags.
    ModifyImage,
    /// Delete it.
    DeleteImage,
    /// Show it to everyone, in every list.
    PublicizeImage,
    /// Show it to everyone who asks.
    CommunitizeImage,
    /// Give it data.
    UploadImage,
    /// Read its data.
    DownloadImage,
    /// Share it.
    AddMember,
    /// Look at one member.
    GetMember,
    /// List its members.
    GetMembers,
    /// Accept or reject it, as the member.
    ModifyMember,
    /// Stop sharing it.
    DeleteMember,
    /// Forbid its download.
    Deactivate,
    /// Allow its download again.
    Reactivate,
    /// Let it lie in more stores.
    CopyImage,
    /// Take it from a store.
    DeleteImageLocation,
    /// Tell it where its data lie.
    AddImageLocation,
    /// Change where its data lie.
    SetImageLocation,
    /// See where its data lie.
    FetchImageLocation,
    /// See what is cached.
    CacheList,
    /// Have an image cached.
    CacheImage,
    /// Take something from the cache.
    CacheDelete,
    /// Tidy the cache.
    CacheClean,
    /// Make the cache smaller.
    CachePrune,
    /// See which servers cache an image.
    ListCachedNodes,
    /// See how stores are configured.
    StoresInfoDetail,
    /// Use the tasks API.
    TasksApiAccess,
}

/// What an action is aimed at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target<'a> {
    /// The project that owns it, or would.
    pub(crate) owner: Option<&'a str>,
    /// Whether the caller sees it as one of its members.
    pub(crate) as_member: bool,
}

impl Action {
    /// The rule's name, as error messages give it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::AddImage => "add_image",
            Self::GetImages => "get_images",
            Self::GetImage => "get_image",
            Self::ModifyImage => "modify_image",
            Self::DeleteImage => "delete_image",
            Self::PublicizeImage => "publicize_image",
            Self::CommunitizeImage => "communitize_image",
            Self::UploadImage => "upload_image",
            Self::DownloadImage => "download_image",
            Self::AddMember => "add_member",
            Self::GetMember => "get_member",
            Self::GetMembers => "get_members",
            Self::ModifyMember => "modify_member",
            Self::DeleteMember => "delete_member",
            Self::Deactivate => "deactivate",
            Self::Reactivate => "reactivate",
            Self::CopyImage => "copy_image",
            Self::DeleteImageLocation => "delete_image_location",
            Self::AddImageLocation => "add_image_location",
            Self::SetImageLocation => "set_image_location",
            Self::FetchImageLocation => "fetch_image_location",
            Self::CacheList => "cache_list",
            Self::CacheImage => "cache_image",
            Self::CacheDelete => "cache_delete",
            Self::CacheClean => "cache_clean",
            Self::CachePrune => "cache_prune",
            Self::ListCachedNodes => "list_cached_nodes",
            Self::StoresInfoDetail => "stores_info_detail",
            Self::TasksApiAccess => "tasks_api_access",
        }
    }

    /// Whether the caller may. Whether they can see the target at all is another question.
    pub(crate) fn allows(self, caller: &Caller, target: Target<'_>) -> bool {
        if caller.project.is_none() {
            // Every rule is for project tokens only; not even the system's admin gets past that.
            return false;
        }
        if caller.is_admin() {
            return true;
        }
        let owner = caller.is_in(target.owner);
        match self {
            Self::GetImage => caller.has("reader"),
            Self::GetImages => caller.has("reader") && owner,
            Self::GetMember | Self::GetMembers => caller.has("reader") && (owner || target.as_member),
            Self::DownloadImage => caller.has("member"),
            Self::ModifyMember => caller.has("member") && target.as_member,
            Self::AddImage
            | Self::ModifyImage
            | Self::DeleteImage
            | Self::CommunitizeImage
            | Self::UploadImage
            | Self::SetImageLocation
            | Self::AddMember
            | Self::DeleteMember
            | Self::Deactivate
            | Self::Reactivate => caller.has("member") && owner,
            Self::AddImageLocation => caller.has("service") || (caller.has("member") && owner),
            Self::FetchImageLocation | Self::StoresInfoDetail => caller.has("service"),
            Self::PublicizeImage
            | Self::CopyImage
            | Self::DeleteImageLocation
            | Self::CacheList
            | Self::CacheImage
            | Self::CacheDelete
            | Self::CacheClean
            | Self::CachePrune
            | Self::ListCachedNodes
            | Self::TasksApiAccess => false,
        }
    }
}
