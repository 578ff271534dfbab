"""Makes what Python's own library makes of the documents in this folder, and
has LibreOffice save two of them under a password.

    python3 make.py plain        mails, mailbox, archive, tables
    python3 make.py secret PIPE  the two, by the LibreOffice that listens there
"""
import csv
import email.policy
import mailbox
import os
import sys
import zipfile
from email.message import EmailMessage

HERE = os.path.dirname(os.path.abspath(__file__))


def saved(message, name):
    with open(name, "wb") as out:
        out.write(message.as_bytes(policy=email.policy.SMTP))


def head(message, sender, to, subject, date, number):
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"], message["Message-ID"] = date, f"<{number}@larkfield.example>"
    return message


def reply_en():
    """A reply in text and HTML, with a table and a mail attached."""
    m = head(EmailMessage(), "Hanna Vogel <hanna@larkfield.example>", "Feng Li <feng@larkfield.example>",
             "Re: Hotel in Leeds", "Tue, 03 Mar 2026 09:15:00 +0000", "reply-1")
    m["In-Reply-To"] = "<ask-1@larkfield.example>"
    m.set_content("""Dear Feng,

the limit for Leeds is £115 a night, breakfast included.
Above that your manager has to say yes first.

Hanna

On Mon, 2 Mar 2026 at 17:40, Feng Li <feng@larkfield.example> wrote:

> Which hotel may I book in Leeds?
> It is for two nights.
""")
    m.add_alternative("""<html><body><p>Dear Feng,</p><p>the limit for Leeds is <b>£115</b> a night, breakfast included.
Above that your manager has to say yes first.</p><p>Hanna</p>
<blockquote>Which hotel may I book in Leeds?</blockquote></body></html>""", subtype="html")
    m.add_attachment("city,limit\r\nLeeds,115\r\n".encode(), maintype="text", subtype="csv", filename="limits 2026.csv")
    m.add_attachment(head(EmailMessage(), "Feng Li <feng@larkfield.example>", "Hanna Vogel <hanna@larkfield.example>",
                          "Hotel in Leeds", "Mon, 02 Mar 2026 17:40:00 +0000", "ask-1"))
    return m


def reply_zh():
    """A reply in GB18030 and base64, with a name as in RFC 2231."""
    m = head(EmailMessage(), "王芳 <wang@larkfield.example>", "李锋 <feng@larkfield.example>",
             "回复：苏州住宿标准", "Tue, 03 Mar 2026 17:15:00 +0800", "reply-2")
    m.set_content("""李锋：

苏州的住宿标准是每晚 620 元，含早餐。超出标准须事先经部门负责人批准。

王芳
财务部

在 2026年3月2日，李锋 <feng@larkfield.example> 写道：

> 苏州可以订哪家酒店？
""", charset="gb18030", cte="base64")
    m.add_attachment("城市,标准\r\n苏州,620\r\n".encode("gb18030"), maintype="application", subtype="octet-stream",
                     filename="二〇二六年差旅标准（苏州、台北）.csv")
    return m


def notice_zh():
    """A page of HTML in GBK, as a quoted-printable mail."""
    m = EmailMessage()
    m.set_content("<html><head><meta charset='gbk'></head><body><h2>停电通知</h2><p>二号楼周六停电。</p>"
                  "<table><tr><th>时间</th><th>楼层</th></tr><tr><td>8:00–12:00</td><td>三楼</td></tr></table></body></html>",
                  subtype="html", charset="gbk", cte="quoted-printable")
    return head(m, "运营部 <ops@larkfield.example>", "all@larkfield.example", "停电通知", "Fri, 06 Mar 2026 08:00:00 +0800", "notice-3")


def box():
    """A mailbox of three, one with a line that looks like an envelope."""
    if os.path.exists("team.mbox"):
        os.remove("team.mbox")
    b = mailbox.mbox("team.mbox")
    one = head(EmailMessage(), "Hanna Vogel <hanna@larkfield.example>", "all@larkfield.example", "Canteen", "Mon, 02 Mar 2026 11:00:00 +0000", "canteen")
    one.set_content("Lunch costs £4.80 from April.\n\nFrom now on the door opens at 11:30.\n")
    two = head(EmailMessage(), "运营部 <ops@larkfield.example>", "all@larkfield.example", "班车时刻", "Mon, 02 Mar 2026 12:00:00 +0800", "shuttle")
    two.set_content("下班班车 17:45 和 19:30 各一班。\n", charset="gb2312", cte="base64")
    for m in (one, two, notice_zh()):
        b.add(m)
    b.close()


class Legacy(zipfile.ZipInfo):
    """A member whose name is written as Chinese Windows does it: in GBK, unsaid."""

    def _encodeFilenameFlags(self):
        return self.filename.encode("gbk"), self.flag_bits & ~0x800


def archive():
    with zipfile.ZipFile("office.zip", "w", zipfile.ZIP_DEFLATED) as z:
        for kind, name, text in (
            (Legacy, "制度/考勤制度.txt", "员工每年有十二天年假，迟到三次记半天事假。\n"),
            (Legacy, "制度/报销/差旅标准.csv", "城市,住宿\r\n苏州,620\r\n"),
            (zipfile.ZipInfo, "rules/parking.md", "# Parking\n\nThe yard has 140 places, 16 of them with a charger.\n"),
        ):
            z.writestr(kind(name, (2026, 3, 2, 9, 30, 0)), text)


def tables():
    rows = [["City", "Hotel", "Note"], ["Leeds", "115.00", 'called "the North"'], ["Suzhou, Shanghai", "620.00", "two\nlines"], ["Taipei", "4300.00", ""]]
    with open("limits-excel.csv", "w", newline="", encoding="utf-8-sig") as f:
        csv.writer(f).writerows(rows)
    zh = [["城市", "住宿", "备注"], ["苏州", "620.00", "含早餐"], ["台北", "4300.00", "新台币"]]
    with open("limits-gb18030.csv", "w", newline="", encoding="gb18030") as f:
        csv.writer(f, delimiter=";").writerows(zh)
    with open("limits-utf16.tsv", "w", newline="", encoding="utf-16") as f:
        csv.writer(f, dialect="excel-tab").writerows(zh)


def secret(pipe):
    import time
    import uno
    from com.sun.star.beans import NamedValue, PropertyValue

    def store(document, name, kind, password):
        document.storeToURL("file://" + os.path.join(os.getcwd(), name), (PropertyValue("FilterName", 0, kind, 0), password))

    resolver = uno.getComponentContext().ServiceManager.createInstance("com.sun.star.bridge.UnoUrlResolver")
    for _ in range(60):
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            break
        except Exception:
            time.sleep(1)
    desktop = context.ServiceManager.createInstance("com.sun.star.frame.Desktop")
    document = desktop.loadComponentFromURL("file://" + os.path.join(HERE, "source", "secret-en.fodt"), "_blank", 0, (PropertyValue("Hidden", 0, True, 0),))
    store(document, "secret-en.odt", "writer8", PropertyValue("Password", 0, "larkfield", 0))
    store(document, "secret-en.docx", "MS Word 2007 XML", PropertyValue("EncryptionData", 0, uno.Any("[]com.sun.star.beans.NamedValue", (
        NamedValue("OOXPassword", "larkfield"), NamedValue("CryptoType", "Standard"))), 0))
    document.close(True)
    try:
        desktop.terminate()
    except Exception:
        pass  # the connection ends with it


if sys.argv[1] == "secret":
    secret(sys.argv[2])
else:
    saved(reply_en(), "reply-en.eml")
    saved(reply_zh(), "reply-zh.eml")
    saved(notice_zh(), "notice-zh.eml")
    box()
    archive()
    tables()
