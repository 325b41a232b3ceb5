#include "device/freebox/commands.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace boxmeter::freebox {
namespace {

using enum http::Method;

// clang-format off
constexpr Command kCommands[] = {
    {"Download", "Retrieve_a_Download_task", get, "downloads/"},
    {"Download", "Delete_a_Download_task", del, "downloads/{id}"},
    {"Download", "Update_a_Download_task", put, "downloads/{id}", true},
    {"Download", "Get_download_log", get, "downloads/{id}/log"},
    {"Download", "Adding_a_new_Download_task", post, "downloads/add", true},
    {"Download_Feeds", "Get_the_list_of_all_download_Feeds", get, "downloads/feeds/"},
    {"Download_Feeds", "Get_a_download_Feed", get, "downloads/feeds/{id}"},
    {"Download_Feeds", "Add_a_Download_Feed", post, "downloads/feeds/", true},
    {"Download_Feeds", "Delete_Download_Feed", del, "downloads/feeds/{id}"},
    {"Download_Feeds", "Update_a_Download_Feed", put, "downloads/feeds/{id}", true},
    {"Download_Feeds", "Refresh_a_Download_Feed", post, "downloads/feeds/{id}/fetch", true},
    {"Download_Feeds", "Refresh_all_Download_Feeds", post, "downloads/feeds/fetch", true},
    {"Download_Feeds", "Get_the_items_of_a_given_RSS_feed", get, "downloads/feeds/{feed_id}/items/"},
    {"Download_Feeds", "Update_a_feed_item", put, "downloads/feeds/{feed_id}/items/{item_id}", true},
    {"Download_Feeds", "Download_a_feed_item", post, "downloads/feeds/{feed_id}/items/{item_id}/download", true},
    {"Download_Feeds", "Mark_all_items_as_read", post, "downloads/feeds/{feed_id}/items/mark_all_as_read", true},
    {"Download_Config", "Updating_the_download_config", put, "downloads/config/", true},
    {"Download_Config", "Updating_the_current_Throttling_mode", put, "downloads/throttling", true},
    {"Fs", "List_every_tasks", get, "fs/tasks/"},
    {"Fs", "List_a_task", get, "fs/tasks/{id}"},
    {"Fs", "Delete_a_task", del, "fs/tasks/{id}"},
    {"Fs", "Update_a_task", put, "fs/tasks/{id}", true},
    {"Fs", "List_files", get, "fs/ls/{path}"},
    {"Fs", "Get_file_information", get, "fs/info/{path}"},
    {"Fs", "Conflict_resolution", post, "fs/mv/", true},
    {"Fs", "Move_files", post, "fs/mv/", true},
    {"Fs", "Copy_files", post, "fs/cp/", true},
    {"Fs", "Remove_files", post, "fs/rm/", true},
    {"Fs", "Cat_files", post, "fs/cat/", true},
    {"Fs", "Create_an_archive", post, "fs/archive/", true},
    {"Fs", "Extract_a_file", post, "fs/extract/", true},
    {"Fs", "Repair_a_file", post, "fs/repair/", true},
    {"Fs", "Hash_a_file", post, "fs/hash/", true},
    {"Fs", "Create_a_directory", post, "fs/mkdir/", true},
    {"Fs", "Rename_a_file_folder", post, "fs/rename/", true},
    {"Fs", "Download_a_file", get, "dl/{path}"},
    {"Share", "Retrieve_a_File_Sharing_link", get, "share_link/"},
    {"Share", "Delete_a_File_Sharing_link", del, "share_link/{token}"},
    {"Share", "Create_a_File_Sharing_link", post, "share_link/", true},
    {"Upload", "File_Upload_example", get, "ws/upload"},
    {"Upload", "Get_the_list_of_uploads", get, "upload/"},
    {"Upload", "Track_an_upload_status", get, "upload/{id}"},
    {"Upload", "Cancel_an_upload", del, "upload/{id}/cancel"},
    {"Upload", "Delete_an_upload", del, "upload/{id}"},
    {"Upload", "Cleanup_all_terminated_uploads", del, "upload/clean"},
    {"Airmedia", "Get_the_current_AirMedia_configuration", get, "airmedia/config/"},
    {"Airmedia", "Update_the_current_AirMedia_configuration", put, "airmedia/config/", true},
    {"Airmedia", "Get_the_list_of_available_AirMedia_receivers", get, "airmedia/receivers/"},
    {"Call", "List_every_calls", get, "call/log/"},
    {"Call", "Delete_every_calls", post, "call/log/delete_all/", true},
    {"Call", "Mark_every_calls_as_read", post, "call/log/mark_all_as_read/", true},
    {"Call", "Access_a_given_call_entry", get, "call/log/{id}"},
    {"Call", "Delete_a_call", del, "call/log/{id}"},
    {"Call", "Update_a_call_entry", put, "call/log/{id}", true},
    {"Contacts", "Get_a_list_of_contacts", get, "contact/"},
    {"Contacts", "Access_a_given_contact_entry", get, "contact/{id}"},
    {"Contacts", "Create_a_contact", post, "contact/", true},
    {"Contacts", "Delete_a_contact", del, "contact/{id}"},
    {"Contacts", "Update_a_contact_entry", put, "contact/{id}", true},
    {"Contacts", "Get_the_list_of_numbers_for_a_given_contact", get, "contact/{contact_id}/{type}/", false, "numbers,addresses,urls,emails"},
    {"Contacts", "Access_a_given_contact_number", get, "{type}/{id}", false, "number,address,url,email"},
    {"Contacts", "Create_a_contact_number", post, "{type}/", true, "number,address,url,email"},
    {"Contacts", "Delete_a_contact_number", del, "{type}/{id}", false, "number,address,url,email"},
    {"Contacts", "Update_a_contact_number", put, "{type}/{id}", true, "number,address,url,email"},
    {"Connection", "Get_the_current_Connection_status", get, "connection/"},
    {"Connection", "Get_the_current_Connection_configuration", get, "connection/config/"},
    {"Connection", "Update_the_Connection_configuration", put, "connection/config/", true},
    {"Connection", "Get_the_current_IPv6_Connection_configuration", get, "connection/ipv6/config/"},
    {"Connection", "Update_the_IPv6_Connection_configuration", put, "connection/ipv6/config/", true},
    {"Connection", "Get_the_current_xDSL_infos", get, "connection/xdsl/"},
    {"Connection", "Get_the_current_FTTH_status", get, "connection/ftth/"},
    {"Connection", "Get_the_status_of_a_DynDNS_service", get, "connection/ddns/{provider}/status/"},
    {"Connection", "Get_the_config_of_a_DynDNS_service", get, "connection/ddns/{provider}/"},
    {"Connection", "Set_the_config_of_a_DynDNS_service", put, "connection/ddns/{provider}/", true},
    {"Lan", "Get_the_current_Lan_configuration", get, "lan/config/"},
    {"Lan", "Update_the_current_Lan_configuration", put, "lan/config/", true},
    {"Freeplug", "Get_the_current_Freeplugs_networks", get, "freeplug/"},
    {"Freeplug", "Get_a_particular_Freeplug_information", get, "freeplug/{id}/"},
    {"Freeplug", "Reset_a_Freeplug", post, "freeplug/{id}/reset/"},
    {"Dhcp", "Get_the_current_DHCP_configuration", get, "dhcp/config/"},
    {"Dhcp", "Update_the_current_DHCP_configuration", put, "dhcp/config/", true},
    {"Dhcp", "Get_the_list_of_DHCP_static_leases", get, "dhcp/static_lease/"},
    {"Dhcp", "Get_a_given_DHCP_static_lease", get, "dhcp/static_lease/{id}"},
    {"Dhcp", "Update_DHCP_static_lease", put, "dhcp/static_lease/{id}", true},
    {"Dhcp", "Delete_a_DHCP_static_lease", del, "dhcp/static_lease/{id}"},
    {"Dhcp", "Add_a_DHCP_static_lease", post, "dhcp/static_lease/", true},
    {"Dhcp", "Get_the_list_of_DHCP_dynamic_leases", get, "dhcp/dynamic_lease/"},
    {"Ftp", "Get_the_current_Ftp_configuration", get, "ftp/config/"},
    {"Ftp", "Update_the_FTP_configuration", put, "ftp/config/", true},
    {"Nat", "Get_the_current_Dmz_configuration", get, "fw/dmz/"},
    {"Nat", "Update_the_current_Dmz_configuration", put, "fw/dmz/", true},
    {"Igd", "Get_the_current_UPnP_IGD_configuration", get, "upnpigd/config/"},
    {"Igd", "Update_the_UPnP_IGD_configuration", put, "upnpigd/config/", true},
    {"Igd", "Get_the_list_of_current_redirection", get, "upnpigd/redir/"},
    {"Igd", "Delete_a_redirection", del, "upnpigd/redir/{id}"},
    {"Lcd", "Get_the_current_LCD_configuration", get, "lcd/config/"},
    {"Lcd", "Update_the_lcd_configuration", put, "lcd/config/", true},
    {"Network_Share", "Get_the_current_Samba_configuration", get, "netshare/samba/"},
    {"Network_Share", "Update_the_Samba_configuration", put, "netshare/samba/", true},
    {"Network_Share", "Get_the_current_Afp_configuration", get, "netshare/afp/"},
    {"Network_Share", "Update_the_Afp_configuration", put, "netshare/afp/", true},
    {"Upnpav", "Get_the_current_UPnP_AV_configuration", get, "upnpav/config/"},
    {"Upnpav", "Update_the_UPnP_AV_configuration", put, "upnpav/config/", true},
    {"Switch", "Get_the_current_switch_status", get, "switch/status/"},
    {"Switch", "Get_a_port_configuration", get, "switch/port/{id}"},
    {"Switch", "Update_a_port_configuration", put, "switch/port/{id}", true},
    {"Switch", "Get_a_port_stats", get, "switch/port/{id}/stats"},
    {"Wifi", "Get_the_current_WiFi_global_configuration", get, "wifi/config/"},
    {"Wifi", "Update_the_WiFi_global_configuration", put, "wifi/config/", true},
    {"Wifi", "WiFi_AP_API", get, "wifi/ap/"},
    {"Wifi", "Get_WiFi_Stations_List", get, "wifi/ap/{id}/stations/"},
    {"Wifi", "WiFi_BSS_API", get, "wifi/bss/"},
    {"Wifi", "List_AP_neighbors", get, "wifi/ap/{id}/neighbors/"},
    {"Wifi", "List_WiFi_channels_usage", get, "wifi/ap/{id}/channel_usage/"},
    {"Wifi", "Refresh_radar_informations", post, "wifi/ap/{id}/neighbors/scan", true},
    {"Wifi", "Get_WiFi_Planning", get, "wifi/planning/"},
    {"Wifi", "Update_WiFi_Planning", put, "wifi/planning/", true},
    {"Wifi", "Get_the_MAC_filter_list", get, "wifi/mac_filter/"},
    {"Wifi", "Getting_a_particular_MAC_filter", get, "wifi/mac_filter/{filter_id}"},
    {"Wifi", "Updating_a_MAC_filter", put, "wifi/mac_filter/{filter_id}", true},
    {"Wifi", "Delete_a_MAC_filter", del, "wifi/mac_filter/{filter_id}"},
    {"Wifi", "Create_a_new_MAC_filter", post, "wifi/mac_filter/", true},
    {"System", "Get_the_current_system_info", get, "system/"},
    {"System", "Reboot_the_system", post, "system/reboot/"},
    {"Vpn", "VPN_Server_List_API", get, "vpn/"},
    {"Vpn", "Get_a_VPN_config", get, "vpn/{vpn_id}/config/"},
    {"Vpn", "Update_the_VPN_configuration", put, "vpn/openvpn_routed/config/", true},
    {"Vpn", "VPN_Server_User_List", get, "vpn/user/"},
    {"Vpn", "Get_a_VPN_user", get, "vpn/user/{login}"},
    {"Vpn", "Add_a_VPN_User", post, "vpn/user/", true},
    {"Vpn", "Delete_a_VPN_User", del, "vpn/user/{login}"},
    {"Vpn", "Update_a_VPN_User", put, "vpn/user/{login}", true},
    {"Vpn", "Get_the_VPN_server_IP_pool_reservations", get, "vpn/ip_pool/"},
    {"Vpn", "Get_the_list_of_connections", get, "vpn/connection/"},
    {"Vpn", "Close_a_given_connection", del, "vpn/connection/{id}"},
    {"Vpn", "Donwload_a_user_configuration_file", get, "vpn/download_config/{server_name}/{login}"},
    {"Vpn_Client", "Get_VPN_Client_configuration_list", get, "vpn_client/config/"},
    {"Vpn_Client", "Get_a_VPN_client_config", get, "vpn_client/config/{id}"},
    {"Vpn_Client", "Add_a_VPN_client_configuration", post, "vpn_client/config/", true},
    {"Vpn_Client", "Delete_a_VPN_client_Configuration", del, "vpn_client/config/{id}"},
    {"Vpn_Client", "Update_the_VPN_client_configuration", put, "vpn_client/config/{id}", true},
    {"Vpn_Client", "Get_the_VPN_client_status", get, "vpn_client/status"},
    {"Vpn_Client", "Get_the_VPN_client_logs", get, "vpn_client/log"},
    {"Storage", "Get_the_list_of_disks", get, "storage/disk/"},
    {"Storage", "Get_a_given_disk_info", get, "storage/disk/{id}"},
    {"Storage", "Update_a_disk_state", put, "storage/disk/{id}", true},
    {"Storage", "Format_a_disk", put, "storage/disk/{id}/format/", true},
    {"Storage", "Get_the_list_of_partitions", get, "storage/partition/"},
    {"Storage", "Get_a_given_partition_info", get, "storage/partition/{id}"},
    {"Storage", "Update_a_partition_state", put, "storage/partition/{id}", true},
    {"Storage", "Check_a_partition", put, "storage/partition/{id}/check/", true},
    {"Storage", "Get_the_current_storage_configuration", get, "storage/config/"},
    {"Storage", "Update_the_External_Storage_configuration", put, "storage/config/", true},
    {"Parental", "Get_parental_filter_config", get, "parental/config/"},
    {"Parental", "Update_parental_filter_config", put, "parental/config/", true},
    {"Parental", "Retrieve_all_Parental_Filter_rules", get, "parental/filter/"},
    {"Parental", "Retrieve_a_Parental_Filter_rule", get, "parental/filter/{id}"},
    {"Parental", "Delete_a_Parental_Filter_rule", del, "parental/filter/{id}"},
    {"Parental", "Update_a_Parental_Filter_rule", put, "parental/filter/{id}", true},
    {"Parental", "Add_a_Parental_Filter_rule", post, "parental/filter/", true},
    {"Parental", "Get_a_parental_filter_Planning", get, "parental/filter/{id}/planning"},
    {"Parental", "Update_a_parental_filter_Planning", put, "parental/filter/{id}/planning", true},
    {"Pvr", "Get_the_current_PVR_configuration", get, "pvr/config/"},
    {"Pvr", "Update_the_current_PVR_configuration", put, "pvr/config/", true},
    {"Pvr", "Getting_the_current_quota_info", get, "pvr/quota/"},
    {"Pvr", "Request_next_quota_threshold", put, "pvr/quota/", true},
};
// clang-format on

/// Each system once, in the order of the table.
std::vector<std::string> systems() {
  std::vector<std::string> names;
  for (const Command& command : kCommands)
    if (names.empty() || names.back() != command.system) names.emplace_back(command.system);
  return names;
}

}  // namespace

std::span<const Command> commands() { return kCommands; }

const Command& find_command(std::string_view name) {
  const auto dot = std::min(name.find('.'), name.size());
  const std::string_view system = name.substr(0, dot);
  const std::string_view method = name.substr(std::min(dot + 1, name.size()));
  std::vector<std::string> methods;
  for (const Command& command : kCommands) {
    if (command.system != system) continue;
    if (command.method == method) return command;
    methods.emplace_back(command.method);
  }
  const std::string quoted = repair_utf8(name);
  if (methods.empty())
    throw Error(ErrorKind::config, "unknown system in command '" + quoted + "'" +
                                       did_you_mean(system, systems()) +
                                       " (known: " + joined(systems()) + ")");
  throw Error(ErrorKind::config, "unknown command '" + quoted + "'" +
                                     did_you_mean(method, methods) + " (" + std::string(system) +
                                     " has: " + joined(methods) + ")");
}

std::vector<std::string> parameters_of(std::string_view path) {
  std::vector<std::string> names;
  for (std::size_t open = 0; (open = path.find('{', open)) != std::string_view::npos;) {
    const std::size_t close = path.find('}', open);
    if (close == std::string_view::npos) break;
    names.emplace_back(path.substr(open + 1, close - open - 1));
    open = close;
  }
  return names;
}

std::string_view name(http::Method verb) noexcept {
  switch (verb) {
    case get:
      return "GET";
    case put:
      return "PUT";
    case post:
      return "POST";
    case del:
      return "DELETE";
  }
  return "GET";
}

}  // namespace boxmeter::freebox
