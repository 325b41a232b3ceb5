// boxmeter fritz calls, phonebook: like fritzconnection's fritzcall and fritzphonebook.
#include <algorithm>
#include <iostream>

#include "app/fritz/show.h"
#include "app/fritz/subcommand.h"
#include "app/terminal.h"
#include "base/text.h"
#include "base/unicode.h"

namespace boxmeter::fritz {
namespace {

using fritzbox::Box;

struct CallsOptions {
  BoxOptions box = {};
  bool json = false;
  bool yes = false;
  std::optional<unsigned> number = {};
  std::optional<unsigned> days = {};
  std::string type = {};
  std::string dial = {};
};

struct CallType {
  const char* number;  // as the box writes it
  const char* name;
  bool is_out;
};
constexpr CallType kCallTypes[] = {{"1", "in", false},        {"2", "missed", false},
                                   {"3", "out", true},        {"9", "in, active", false},
                                   {"10", "rejected", false}, {"11", "out, active", true}};

constexpr Column kCalls[] = {{"type", "type"}, {"number", "number"},     {"name", "name"},
                             {"date", "date"}, {"duration", "duration"}, {"device", "device"}};

/// These commands are made to show phone numbers, so they need no --reveal.
BoxOptions revealing(BoxOptions box) {
  box.reveal = true;
  return box;
}

OrderedJson call_row(const Reply& call) {
  const std::string number = text(call, "Type");
  const auto* type = std::ranges::find(kCallTypes, number, &CallType::number);
  const bool is_known = type != std::end(kCallTypes);
  const bool is_missed = number == "2" || number == "10";
  return {{"type", is_known ? type->name : number},
          {"number", text(call, is_known && type->is_out ? "Called" : "Caller")},
          {"name", text(call, "Name")},
          {"date", text(call, "Date")},
          {"duration", is_missed ? OrderedJson() : OrderedJson(text(call, "Duration"))},
          {"device", text(call, "Device")}};
}

int show_calls(Box& box, const CallsOptions& wanted) {
  Request request = make_request("list", "X_AVM-DE_OnTel1.GetCallList");
  if (wanted.number && !wanted.days) request.args["max"] = std::to_string(*wanted.number);
  if (wanted.days) request.args["days"] = std::to_string(*wanted.days);
  OrderedJson rows = OrderedJson::array();
  for (const Reply& call : elements(box.call(request), "Call")) {
    OrderedJson row = call_row(call);
    if (wanted.type.empty() || row["type"] == wanted.type) rows.push_back(std::move(row));
  }
  if (wanted.json)
    print_json(rows);
  else
    std::cout << rows_table(rows, kCalls);
  return 0;
}

int dial(Box& box, const std::string& number, bool yes) {
  confirm("call " + number + " from the phone that the box is set up to dial with", yes);
  box.act({.service = "X_VoIP1", .action = "X_AVM-DE_DialNumber"},
          {{"NewX_AVM-DE_PhoneNumber", number}});
  std::cout << "dialling " << number << ", wait for the signal\n";
  return 0;
}

struct PhonebookOptions {
  BoxOptions box = {};
  bool json = false;
  bool all = false;
  std::string name = {};
  std::string number = {};
};

constexpr Column kContacts[] = {{"name", "name"}, {"numbers", "shown"}};

OrderedJson to_contact(const Reply& contact) {
  std::vector<std::string> numbers;
  const Reply phones = contact.value("telephony", Reply::object());
  for (const Reply& number : elements(phones, "number"))
    numbers.push_back(number.is_object() ? text(number, "#text") : number.get<std::string>());
  return {{"name", text(contact.value("person", Reply::object()), "realName")},
          {"numbers", numbers}};
}

bool is_wanted(const OrderedJson& contact, const PhonebookOptions& wanted) {
  if (!wanted.name.empty() && contact["name"] != wanted.name) return false;
  const auto& numbers = contact["numbers"];
  return wanted.number.empty() ||
         std::find(numbers.begin(), numbers.end(), wanted.number) != numbers.end();
}

OrderedJson phonebook(Box& box, const std::string& id, const PhonebookOptions& wanted) {
  const Reply document =
      box.call(make_request("list", "X_AVM-DE_OnTel1.GetPhonebook", {{"NewPhonebookID", id}}));
  const Reply book = document.value("phonebook", Reply::object());
  OrderedJson contacts = OrderedJson::array();
  for (const Reply& each : elements(book, "contact"))
    if (OrderedJson contact = to_contact(each); is_wanted(contact, wanted))
      contacts.push_back(std::move(contact));
  return {{"id", id}, {"name", text(book, "@name")}, {"contacts", std::move(contacts)}};
}

void print_book(OrderedJson book) {
  for (OrderedJson& contact : book["contacts"])
    contact["shown"] = joined(contact["numbers"].get<std::vector<std::string>>());
  std::cout << "phone book " << book["id"].get<std::string>() << ": "
            << printable(book["name"].get<std::string>()) << "\n"
            << rows_table(book["contacts"], kContacts) << "\n";
}

int show_phonebooks(Box& box, const PhonebookOptions& wanted) {
  const Reply list = box.call(make_request("tr064", "X_AVM-DE_OnTel1.GetPhonebookList"));
  OrderedJson books = OrderedJson::array();
  std::size_t found = 0;
  const std::string ids = text(list, "NewPhonebookList");
  for (const std::string_view id : split(ids, ',')) {
    if (trim(id).empty()) continue;
    books.push_back(phonebook(box, std::string(trim(id)), wanted));
    found += books.back()["contacts"].size();
  }
  if (wanted.json)
    print_json(books);
  else
    for (const OrderedJson& book : books) print_book(book);
  const bool is_search = !wanted.name.empty() || !wanted.number.empty();
  if (is_search && found == 0)
    throw Error(ErrorKind::refused,
                "no phone book has '" + (wanted.name.empty() ? wanted.number : wanted.name) + "'");
  return 0;
}

std::vector<Option> calls_options(CallsOptions& wanted) {
  return {json_flag(wanted.json),
          {.name = "num",
           .letter = 'n',
           .target = &wanted.number,
           .help = "At most so many calls",
           .value = "NUMBER"},
          {.name = "days",
           .letter = 'd',
           .target = &wanted.days,
           .help = "Calls of the last days",
           .value = "NUMBER"},
          {.name = "type",
           .letter = 't',
           .target = &wanted.type,
           .help = "Only these calls",
           .value = "TYPE",
           .choices = {"in", "out", "missed"}},
          {.name = "call",
           .letter = 'c',
           .target = &wanted.dial,
           .help = "Dial this number",
           .value = "NUMBER"},
          yes_flag(wanted.yes, "Do not ask before dialling")};
}

std::vector<Option> phonebook_options(PhonebookOptions& wanted) {
  return {json_flag(wanted.json),
          {.name = "all", .target = &wanted.all, .help = "All phone books (the default)"},
          {.name = "name",
           .target = &wanted.name,
           .help = "Whose numbers are looked up",
           .value = "NAME"},
          {.name = "number",
           .target = &wanted.number,
           .help = "Whose name is looked up",
           .value = "NUMBER"}};
}

}  // namespace

Prepared prepare_calls(const Program&) {
  auto wanted = std::make_shared<CallsOptions>();
  return {.syntax = {.about = "Lists the latest calls, or dials a number.",
                     .options = with_box_options(calls_options(*wanted), wanted->box)},
          .run = [wanted](const Words&) {
            return with_box(revealing(wanted->box), [&](Box& box, const std::string&) {
              return wanted->dial.empty() ? show_calls(box, *wanted)
                                          : dial(box, wanted->dial, wanted->yes);
            });
          }};
}

Prepared prepare_phonebook(const Program&) {
  auto wanted = std::make_shared<PhonebookOptions>();
  return {.syntax = {.about = "Lists or searches the phone books.",
                     .options = with_box_options(phonebook_options(*wanted), wanted->box)},
          .run = [wanted](const Words&) {
            return with_box(revealing(wanted->box), [&](Box& box, const std::string&) {
              return show_phonebooks(box, *wanted);
            });
          }};
}

}  // namespace boxmeter::fritz
