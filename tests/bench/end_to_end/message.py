"""What is sent: a 2 KB HTML template of 10 variables and a loop, and a request that fills it."""
import json

NUMBER = "@@@@@@@@"  # the load generator puts eight digits here

TEMPLATE = """key: order-shipped
engine: mustache
language: en
variables:
  required: [orderId, customer]
  optional: [title, orderDate, address, items, total, link, support, shop, carrier]
content:
  email:
    subject: "Your order {{orderId}} is on its way"
    html: |
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8"><title>{{title}}</title>
      <style>body{font-family:Helvetica,Arial,sans-serif;background:#f2f3f5;color:#2b2d31;margin:0}
      .card{max-width:580px;margin:24px auto;background:#fff;border-radius:8px;padding:28px}
      .go{background:#2450a8;color:#fff;text-decoration:none;border-radius:5px;padding:11px 20px}
      table{width:100%;border-collapse:collapse}td,th{padding:7px;border-bottom:1px solid #e3e5e8;text-align:left}
      .small{color:#8b8f97;font-size:12px}</style></head>
      <body><div class="card"><h1>{{title}}</h1>
      <p>Dear {{customer}},</p>
      <p>the parcel with your order <b>{{orderId}}</b> of {{orderDate}} left our warehouse this morning and travels with
      {{carrier}}. It will ring at your door within the next three working days; if nobody opens, the driver leaves a card
      and tries once more on the following day.</p>
      <p>It goes to:<br>{{address}}</p>
      <table><thead><tr><th>Article</th><th>Pieces</th><th>Price</th></tr></thead><tbody>
      {{#items}}
      <tr><td>{{name}}</td><td>{{pieces}}</td><td>{{price}}</td></tr>
      {{/items}}
      </tbody></table>
      <p>In all: <b>{{total}}</b></p>
      <p><a class="go" href="{{link}}">Follow the parcel</a></p>
      <p>Is something missing or broken? Write to {{support}} and name your order; whoever reads your message can see
      everything about it and answers within a working day. You may send back what you do not want to keep within thirty
      days, at our cost, in the box that it came in.</p>
      <p>With kind regards<br>the people of {{shop}}</p>
      <p class="small">You get this letter because you ordered something. It belongs to the order and cannot be turned
      off; news and offers can, in the settings of your account. Please keep it: together with the enclosed slip it is
      your receipt. Prices include the taxes of the country that we deliver to.</p>
      </div></body></html>
"""


def request(number, name="reader", priority=None):
    made = {
        "channel": "email",
        "recipient": {"email": f"{name}{number}@example.test", "name": "Ada Byron"},
        "template": {"key": "order-shipped"},
        "data": {
            "title": "It is on its way", "customer": "Ada & family", "orderId": f"A-{number}", "orderDate": "18 November",
            "carrier": "Northern Post", "address": "12 Bell Street <back door>, Ringham", "total": "129.90 EUR",
            "link": f"https://shop.example.test/parcels/A-{number}?from=mail", "support": "help@example.test",
            "shop": "Bells & Ropes",
            "items": [{"name": "Brass bell", "pieces": 1, "price": "79.90"}, {"name": "Rope", "pieces": 2, "price": "20.00"},
                      {"name": "Wheel", "pieces": 1, "price": "10.00"}],
        },
    }
    if priority:
        made["priority"] = priority
    return made


def body(name="reader", priority=None):
    return json.dumps(request(NUMBER, name, priority), separators=(",", ":"))


def numbered(number):
    return request(f"{number:08d}")
