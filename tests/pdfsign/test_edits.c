/* Gate 3, first half: each row is a form, signed, and an update of it; which edits are told. */
#include "base/own.h"
#include "pdfsign/edits.h"
#include "pdfsign/edits_same.h"
#include "tests/pdfsign/grown.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

typedef struct edit_row {
    const char *name;
    const char *lines; /* of the signed revision, in place of the form's; NULL: none */
    const char *updates;
    const char *expect; /* "kind field, kind": edits in their order; a later revision as "3:kind" */
} edit_row;

#define WIDGET "/Type/Annot/Subtype/Widget/P 4 0 R/F 4"
#define LOOK   "stream /Type/XObject/Subtype/Form/BBox[0 0 90 20]"
#define SIGNATURE \
    "<</Type/Sig/Filter/X/SubFilter/ETSI.CAdES.detached/ByteRange[0 1 2 3]/Contents<00>>>"
#define STAMP \
    "<</Type/DocTimeStamp/Filter/X/SubFilter/ETSI.RFC3161/ByteRange[0 1 2 3]/Contents<00>>>"
#define FIELDS "5 0 R 6 0 R 7 0 R 8 0 R 9 0 R 22 0 R"
#define ANNOTS "5 0 R 6 0 R 7 0 R 8 0 R 9 0 R 23 0 R 19 0 R"
#define FORM(fields, more) \
    "3 <</Fields[" fields "]/SigFlags 3/DA(/F 9 Tf)/DR<</Font<</F 12 0 R>>>>" more ">>\n"
#define CATALOG(more) "1 <</Type/Catalog/Pages 2 0 R/AcroForm 3 0 R/Metadata 20 0 R" more ">>\n"
#define PAGE(more)                                                                                 \
    "4 <</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 10 0 R/Resources<</Font<</F 12 0 " \
    "R>>>>/Annots 11 0 R" more ">>\n"
#define AMOUNT(value, look) \
    "5 <</FT/Tx/T(Amount)/V(" value ")/AP<</N " look ">>" WIDGET "/Rect[0 0 90 20]>>\n"
#define NEW_FIELD(more) FORM(FIELDS " 30 0 R", "") "30 <</FT/Sig/T(New)" WIDGET more ">>\n"
#define ON_PAGE         "11 [" ANNOTS " 30 0 R]\n"
#define AWAITING(font)  "<</FT/Tx/T(Amount)/V(100)/DA(/" font " 9 Tf)" WIDGET "/Rect[0 0 90 20]>>\n"
#define DEFAULT_FONT(font) \
    "3 <</Fields[" FIELDS "]/SigFlags 3/DA(/F 9 Tf)/DR<</Font<</F 12 0 R/" font " 30 0 R>>>>>>\n"
#define SEAM                                        \
    "22 <</T(Party)/XXpdsSeam<<>>/Kids[23 0 R]>>\n" \
    "23 <</FT/Btn/Ff 65536/T(p1)/Parent 22 0 R" WIDGET "/Rect[0 120 90 140]>>\n"
#define SLICE(look) \
    "23 <</FT/Btn/Ff 65536/T(p1)/Parent 22 0 R/AP<</N " look ">>" WIDGET "/Rect[0 120 90 140]>>\n"
#define SELLER "6 <</FT/Sig/T(Seller)/V 40 0 R" WIDGET "/Rect[0 20 90 40]>>\n40 " SIGNATURE "\n"
#define UNSEEN "/Rect[0 0 0 0]"
#define SEEN   "/Rect[100 0 190 20]"

static const edit_row ROWS[] = {
    { "nothing behind the signature", NULL, NULL, "" },
    { "an object written again as it was", NULL, AMOUNT("100", "13 0 R"), "" },
    { "the same in another order and other words", NULL,
      "5 << /T <416d6f756e74> /FT /T#78 /V (1\\0600) /AP << /N 13 0 R >> " WIDGET
      "/Rect[0.0 0 90. 20]>>\n",
      "" },
    { "entries in another order", NULL,
      "21 <</Title <436f6e7472616374>>>\n2 <</Count 1/Kids [ 4 0 R ]/Type/Pages>>\n", "" },
    /* filling */
    { "a look beside a value that is written again as it was",
      "23 <</FT/Tx/T(Name)/Parent 22 0 R/V 27 0 R/AP<</N 13 0 R>>" WIDGET "/Rect[0 120 90 140]>>\n"
      "5 <</FT/Tx/T(Amount)>>\n",
      "27 (Zhang San)\n13 " LOOK "|x\n", "widget Party.Name" },
    { "a look beside a value that is null, as before", "5 <</FT/Tx/T(Amount)/AP<</N 13 0 R>>>>\n",
      "5 <</FT/Tx/T(Amount)/V null/AP<</N 13 0 R>>>>\n13 " LOOK "|x\n", "widget Amount" },
    { "a value of another type", NULL,
      "5 <</FT/Tx/T(Amount)/V 120/AP<</N 13 0 R>>" WIDGET "/Rect[0 0 90 20]>>\n", "form Amount" },
    { "a field with a value gets fields below it", NULL,
      "5 <</FT/Tx/T(Amount)/V(100)/AP<</N 13 0 R>>/Kids[30 0 R]" WIDGET "/Rect[0 0 90 20]>>\n"
      "30 <</FT/Sig/T(New)/Parent 5 0 R" WIDGET UNSEEN ">>\n",
      "form Amount, signature-field Amount.New" },
    { "a signature field below a field that has others", NULL,
      "22 <</T(Party)/Kids[23 0 R 30 0 R]>>\n30 <</FT/Sig/T(Sign)/Parent 22 0 R" WIDGET UNSEEN
      ">>\n",
      "signature-field Party.Sign" },
    { "a moment of change alone", NULL,
      "5 <</FT/Tx/T(Amount)/V(100)/M(D:2026)/AP<</N 13 0 R>>" WIDGET "/Rect[0 0 90 20]>>\n",
      "form Amount" },
    { "a field is filled", NULL, AMOUNT("120", "13 0 R") "13 " LOOK "|120\n", "filled Amount" },
    { "a field is filled and has a new look", NULL, AMOUNT("120", "30 0 R") "30 " LOOK "|120\n",
      "filled Amount" },
    { "a value that is an object of its own", NULL, "27 (Li Si)\n", "filled Party.Name" },
    { "a value without any look", NULL,
      "23 <</FT/Tx/T(Name)/Parent 22 0 R/V(Li Si)" WIDGET "/Rect[0 120 90 140]>>\n",
      "filled Party.Name" },
    { "a look without a value", NULL, "13 " LOOK "|999\n", "widget Amount" },
    { "a look of nobody's", NULL, AMOUNT("100", "25 0 R"), "widget Amount" },
    { "a value with a look that stood there unseen", NULL, AMOUNT("120", "25 0 R"),
      "filled Amount, widget Amount" },
    { "a value with the look of another field", NULL, AMOUNT("120", "15 0 R"),
      "filled Amount, widget Amount" },
    { "a value with the page's content as its look", NULL,
      AMOUNT("120", "10 0 R") "10 " LOOK "|999\n", "filled Amount, widget Amount, page" },
    { "a look that two fields share",
      "23 <</FT/Tx/T(Name)/Parent 22 0 R/V(Li)/AP<</N 13 0 R>>" WIDGET "/Rect[0 120 90 140]>>\n",
      AMOUNT("120", "13 0 R") "13 " LOOK "|120\n", "filled Amount, widget Amount" },
    { "a value in one revision, a look in the next", NULL,
      AMOUNT("120", "13 0 R") "---\n13 " LOOK "|120\n", "filled Amount, 3:widget Amount" },
    { "filled twice", NULL,
      AMOUNT("1", "30 0 R") "30 " LOOK "|1\n---\n" AMOUNT("2", "30 0 R") "30 " LOOK "|2\n",
      "filled Amount, 3:filled Amount" },
    { "a value that readers draw otherwise", NULL,
      "5 <</FT/Tx/T(Amount)/V(120)/DA(/F 8 Tf)/AP<</N 13 0 R>>" WIDGET "/Rect[0 0 90 20]>>\n",
      "filled Amount" },
    { "the same value, which readers draw otherwise", NULL,
      "5 <</FT/Tx/T(Amount)/V(100)/DA(/F 8 Tf)/AP<</N 13 0 R>>" WIDGET "/Rect[0 0 90 20]>>\n",
      "form Amount" },
    { "a field is moved", NULL,
      "5 <</FT/Tx/T(Amount)/V(100)/AP<</N 13 0 R>>" WIDGET "/Rect[0 0 90 99]>>\n",
      "widget Amount" },
    { "a field is hidden", NULL,
      "5 <</FT/Tx/T(Amount)/V(100)/AP<</N 13 0 R>>/Type/Annot/Subtype/Widget/P 4 0 R/F 6/Rect[0 0 "
      "90 "
      "20]>>\n",
      "widget Amount" },
    { "a field is locked against typing", NULL,
      "5 <</FT/Tx/Ff 1/T(Amount)/V(100)/AP<</N 13 0 R>>" WIDGET "/Rect[0 0 90 20]>>\n",
      "filled Amount" },
    { "a field becomes one for passwords", NULL,
      "5 <</FT/Tx/Ff 8192/T(Amount)/V(100)/AP<</N 13 0 R>>" WIDGET "/Rect[0 0 90 20]>>\n",
      "form Amount" },
    { "a field gets a script", NULL,
      "5 <</FT/Tx/T(Amount)/V(100)/AP<</N 13 0 R>>" WIDGET "/Rect[0 0 90 20]/AA<<>>>>\n",
      "action Amount" },
    { "a field is renamed", NULL,
      "5 <</FT/Tx/T(Bill)/V(100)/AP<</N 13 0 R>>" WIDGET "/Rect[0 0 90 20]>>\n", "form Bill" },
    { "a field above others gets a value, which they inherit", NULL,
      "22 <</T(Party)/V(x)/Kids[23 0 R]>>\n", "form Party" },
    { "a field is freed", NULL, "5 free\n", "form Amount" },
    { "a box is ticked", NULL,
      "8 <</FT/Btn/T(Agree)/V/Yes/AS/Yes/AP<</N<</Yes 16 0 R/Off 17 0 R>>>>" WIDGET
      "/Rect[0 60 90 80]>>\n",
      "filled Agree" },
    { "a box looks ticked", NULL,
      "8 <</FT/Btn/T(Agree)/V/Off/AS/Yes/AP<</N<</Yes 16 0 R/Off 17 0 R>>>>" WIDGET
      "/Rect[0 60 90 80]>>\n",
      "widget Agree" },
    { "a box is ticked, and looks otherwise when it is", NULL,
      "8 <</FT/Btn/T(Agree)/V/Yes/AS/Yes/AP<</N<</Yes 30 0 R/Off 17 0 R>>>>" WIDGET
      "/Rect[0 60 90 80]>>\n30 " LOOK "|no\n",
      "filled Agree, widget Agree" },
    { "a picture on an empty push-button", NULL,
      "9 <</FT/Btn/Ff 65536/T(Stamp)/AP<</N 30 0 R>>" WIDGET "/Rect[0 80 90 100]>>\n30 " LOOK
      "|slice\n",
      "widget Stamp" },
    { "a slice of a seam, with a signature", SEAM, SLICE("30 0 R") SELLER "30 " LOOK "|slice\n",
      "signed Seller, filled Party.p1" },
    { "a slice that nobody signs for", SEAM, SLICE("30 0 R") "30 " LOOK "|slice\n",
      "widget Party.p1" },
    { "another slice later", SEAM,
      SLICE("30 0 R") SELLER "30 " LOOK "|slice\n---\n" SLICE("31 0 R") "31 " LOOK "|slice\n",
      "signed Seller, filled Party.p1, 3:widget Party.p1" },
    { "a picture on an empty push-button, by who signs", NULL,
      "9 <</FT/Btn/Ff 65536/T(Stamp)/AP<</N 30 0 R>>" WIDGET "/Rect[0 80 90 100]>>\n30 " LOOK
      "|seal\n6 <</FT/Sig/T(Seller)/V 31 0 R" WIDGET "/Rect[0 20 90 40]>>\n31 " SIGNATURE "\n",
      "signed Seller, filled Stamp" },
    { "the empty picture itself is drawn upon", NULL, "18 " LOOK "|slice\n", "widget Stamp" },
    /* signatures */
    { "an empty field is signed", NULL,
      "6 <</FT/Sig/T(Seller)/V 30 0 R" WIDGET "/Rect[0 20 90 40]>>\n30 " SIGNATURE "\n",
      "signed Seller" },
    { "… with a look and a lock", NULL,
      "6 <</FT/Sig/T(Seller)/V 30 0 R/AP<</N 31 0 R>>/Lock<</Action/All>>/Type/Annot/Subtype/"
      "Widget/P 4 0 R/F 132/Rect[0 20 90 40]>>\n30 " SIGNATURE "\n31 " LOOK "|x\n",
      "signed Seller" },
    { "… with colours of its border, which the look replaces", NULL,
      "6 <</FT/Sig/T(Seller)/V 30 0 R/MK<</BC[1]>>/DA(/F 0 Tf)" WIDGET
      "/Rect[0 20 90 40]>>\n30 " SIGNATURE "\n",
      "signed Seller" },
    { "colours of an empty field's border", NULL,
      "6 <</FT/Sig/T(Seller)/MK<</BG[1]>>" WIDGET "/Rect[0 20 90 40]>>\n", "widget Seller" },
    { "… with what is no signature", NULL,
      "6 <</FT/Sig/T(Seller)/V 30 0 R" WIDGET "/Rect[0 20 90 40]>>\n30 <<>>\n",
      "signature Seller" },
    { "… with the signature of another", NULL,
      "6 <</FT/Sig/T(Seller)/V 14 0 R" WIDGET "/Rect[0 20 90 40]>>\n", "signature Seller" },
    { "… with a certification", NULL,
      "6 <</FT/Sig/T(Seller)/V 30 0 R" WIDGET "/Rect[0 20 90 40]>>\n30 <</ByteRange[0 1 2 3]/"
      "Contents<00>/Reference[<</TransformMethod/DocMDP>>]>>\n",
      "permissions Seller, signed Seller" },
    { "an empty field gets a look", NULL,
      "6 <</FT/Sig/T(Seller)/AP<</N 30 0 R>>" WIDGET "/Rect[0 20 90 40]>>\n30 " LOOK "|x\n",
      "widget Seller" },
    { "a new signature on the page", NULL,
      NEW_FIELD(SEEN "/V 31 0 R/AP<</N 32 0 R>>") ON_PAGE "31 " SIGNATURE "\n32 " LOOK "|x\n",
      "signature-field New" },
    { "a new signature that is not seen", NULL,
      NEW_FIELD(UNSEEN "/V 31 0 R") ON_PAGE "31 " SIGNATURE "\n", "signature-unseen New" },
    { "a document timestamp", NULL, NEW_FIELD(UNSEEN "/V 31 0 R") ON_PAGE "31 " STAMP "\n",
      "timestamp New" },
    { "a document timestamp that is seen", NULL,
      NEW_FIELD(SEEN "/V 31 0 R") ON_PAGE "31 " STAMP "\n", "signature-field New" },
    { "… with a look", NULL,
      NEW_FIELD(SEEN "/V 31 0 R/AP<</N 32 0 R>>") ON_PAGE "31 " STAMP "\n32 " LOOK "|x\n",
      "widget New" },
    { "… whose look is empty", NULL,
      NEW_FIELD(SEEN "/V 31 0 R/AP<</N 32 0 R>>") ON_PAGE "31 " STAMP "\n32 " LOOK "|\n",
      "signature-field New" },
    { "… with /SubFilter as a reference", NULL,
      NEW_FIELD(SEEN "/V 31 0 R/AP<</N 32 0 R>>") ON_PAGE
      "31 <</Filter/X/SubFilter 33 0 R/ByteRange[0 1 2 3]/Contents<00>>>\n32 " LOOK "|x\n"
      "33 /ETSI.RFC3161\n",
      "widget New" },
    { "… only on paper", NULL,
      FORM(FIELDS " 30 0 R", "") ON_PAGE "30 <</FT/Sig/T(New)/Subtype/Widget/P 4 0 R/F 36" SEEN
                                         "/V 31 0 R>>\n31 " STAMP "\n",
      "signature-field New" },
    { "… only on the screen while the mouse is there", NULL,
      FORM(FIELDS " 30 0 R", "") ON_PAGE "30 <</FT/Sig/T(New)/Subtype/Widget/P 4 0 R/F 288" SEEN
                                         "/V 31 0 R>>\n31 " STAMP "\n",
      "signature-field New" },
    { "… nowhere", NULL,
      FORM(FIELDS " 30 0 R", "") ON_PAGE "30 <</FT/Sig/T(New)/Subtype/Widget/P 4 0 R/F 32" SEEN
                                         "/V 31 0 R>>\n31 " STAMP "\n",
      "timestamp New" },
    { "a document timestamp in an empty field, which looks signed", NULL,
      "6 <</FT/Sig/T(Seller)/V 30 0 R/AP<</N 31 0 R>>" WIDGET "/Rect[0 20 90 40]>>\n30 " STAMP
      "\n31 " LOOK "|Seller\n",
      "signed Seller, widget Seller" },
    { "… and gives it a background", NULL,
      "6 <</FT/Sig/T(Seller)/V 30 0 R/MK<</BG[1]>>" WIDGET "/Rect[0 20 90 40]>>\n30 " STAMP "\n",
      "signed Seller, widget Seller" },
    { "a new empty field", NULL, NEW_FIELD(SEEN) ON_PAGE, "signature-field New" },
    { "a new empty field that shows something", NULL,
      NEW_FIELD(SEEN "/AP<</N 32 0 R>>") ON_PAGE "32 " LOOK "|x\n", "widget New" },
    { "a new empty field with a background", NULL, NEW_FIELD(SEEN "/MK<</BG[1]>>") ON_PAGE,
      "widget New" },
    { "a new field with an action", NULL,
      NEW_FIELD(SEEN "/V 31 0 R/A<</S/URI>>") ON_PAGE "31 " SIGNATURE "\n", "action New" },
    { "a new field for text", NULL,
      FORM(FIELDS " 30 0 R", "") ON_PAGE "30 <</FT/Tx/T(New)" WIDGET SEEN ">>\n", "form New" },
    { "a new field with the look of a page's part", NULL,
      NEW_FIELD(SEEN "/V 31 0 R/AP<</N 10 0 R>>") ON_PAGE "31 " SIGNATURE "\n", "widget New" },
    { "a new field on two places of a page", NULL,
      NEW_FIELD(SEEN "/V 31 0 R") "11 [" ANNOTS " 30 0 R 30 0 R]\n31 " SIGNATURE "\n",
      "widget New, signature-field New" },
    { "a new field on another page than it says", NULL,
      FORM(FIELDS " 30 0 R", "") ON_PAGE "30 <</FT/Sig/T(New)/Subtype/Widget/P 2 0 R" UNSEEN
                                         "/V 31 0 R>>\n31 " SIGNATURE "\n",
      "widget New, signature-unseen New" },
    { "new fields of a seam", NULL,
      FORM(FIELDS " 30 0 R", "") "11 [" ANNOTS
                                 " 31 0 R]\n30 <</T(Seam)/XXpdsSeam<<>>/Kids[31 0 R]>>\n"
                                 "31 <</FT/Sig/T(p1)/Parent 30 0 R" WIDGET SEEN ">>\n",
      "signature-field Seam, signature-field Seam.p1" },
    { "a field that stood there goes below a new one", NULL,
      FORM(FIELDS " 30 0 R", "") "30 <</T(Old)/Kids[5 0 R]>>\n", "form Old" },
    { "two later signatures, each in a revision of its own", NULL,
      NEW_FIELD(UNSEEN "/V 31 0 R") ON_PAGE "31 " SIGNATURE "\n---\n" FORM(
          FIELDS " 30 0 R 33 0 R", "") "11 [" ANNOTS
                                       " 30 0 R 33 0 R]\n33 <</FT/Sig/T(Last)" WIDGET UNSEEN
                                       "/V 34 0 R>>\n34 " SIGNATURE "\n",
      "signature-unseen New, 3:signature-unseen Last" },
    { "a later signature is taken away again", NULL,
      NEW_FIELD(UNSEEN "/V 31 0 R") ON_PAGE "31 " SIGNATURE "\n---\n" FORM(FIELDS, "") "11 [" ANNOTS
                                                                                       "]\n",
      "signature-unseen New, 3:signature New, 3:signature New" },
    { "the signed field changes", NULL,
      "7 <</FT/Sig/T(Buyer)/V 14 0 R/AP<</N 15 0 R>>" WIDGET "/Rect[0 40 90 61]>>\n",
      "signature Buyer" },
    { "its look changes", NULL, "15 " LOOK "|unsigned\n", "signature Buyer" },
    { "its value is cleared", NULL,
      "7 <</FT/Sig/T(Buyer)/AP<</N 15 0 R>>" WIDGET "/Rect[0 40 90 60]>>\n", "signature Buyer" },
    { "the signature is written again", NULL,
      "14 <</Type/Sig/Filter/X/SubFilter/ETSI.CAdES.detached/ByteRange[0 1 2 3]/Contents<00>/"
      "Reference[<</TransformMethod/DocMDP/TransformParams 26 0 R>>]>>\n",
      "signature" },
    { "what it allows changes", NULL, "26 <</Type/TransformParams/V/1.2/P 3>>\n", "permissions" },
    { "the catalog names it a certification", NULL, CATALOG("/Perms<</DocMDP 14 0 R>>"),
      "permissions" },
    { "a new field whose value is no signature", NULL,
      NEW_FIELD(UNSEEN "/V 31 0 R") ON_PAGE "31 <<>>\n", "signature New" },
    { "a new field that names a parent that does not know it", NULL,
      NEW_FIELD(UNSEEN "/V 31 0 R/Parent 22 0 R") ON_PAGE "31 " SIGNATURE "\n", "form New" },
    { "a lock is replaced in signing",
      "6 <</FT/Sig/T(Seller)/Lock<</Action/All>>" WIDGET "/Rect[0 20 90 40]>>\n",
      "6 <</FT/Sig/T(Seller)/V 30 0 R/Lock<</Action/Include/Fields[]>>" WIDGET
      "/Rect[0 20 90 40]>>\n30 " SIGNATURE "\n",
      "signed Seller, permissions Seller" },
    /* the form */
    { "all fields are to be drawn anew", NULL, FORM(FIELDS, "/NeedAppearances true"), "form" },
    { "no field is to be drawn anew any more", FORM(FIELDS, "/NeedAppearances true"),
      FORM(FIELDS, ""), "form" },
    { "… and was not before", FORM(FIELDS, "/NeedAppearances false"), FORM(FIELDS, ""), "" },
    { "an XFA part", NULL, FORM(FIELDS, "/XFA 30 0 R") "30 stream |<x/>\n", "form" },
    { "a field is gone", NULL, FORM("6 0 R 7 0 R 8 0 R 9 0 R 22 0 R", ""), "form Amount" },
    { "more default resources", NULL,
      "3 <</Fields[" FIELDS
      "]/SigFlags 3/DA(/F 9 Tf)/DR<</Font<</F 12 0 R/G 30 0 R>>/XObject<<>>>>>>\n"
      "30 <</Type/Font>>\n",
      "filled, filled" },
    { "another default picture", "3 <</Fields[" FIELDS "]/DR<</XObject<</FRM 13 0 R>>>>>>\n",
      "3 <</Fields[" FIELDS "]/DR<</XObject<</FRM 15 0 R>>>>>>\n", "filled" },
    { "a font that a field names and the form lacked", "5 " AWAITING("X"),
      DEFAULT_FONT("X") "30 <</Type/Font/Subtype/Type1/BaseFont/Helvetica>>\n", "form" },
    { "… and other fields name others", "5 " AWAITING("Xy"),
      DEFAULT_FONT("X") "30 <</Type/Font/Subtype/Type1/BaseFont/Helvetica>>\n", "filled" },
    { "… and it is the one that readers take for it", "5 " AWAITING("Helv"),
      DEFAULT_FONT("Helv") "30 <</Type/Font/Subtype/Type1/BaseFont/Helvetica>>\n", "filled" },
    { "… with other digits", "5 " AWAITING("Helv"),
      DEFAULT_FONT("Helv") "30 <</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding<<>>>>\n",
      "form" },
    { "default resources that the page uses, too, get one that it names",
      "4 <</Type/Page/Parent 2 0 R/Contents 10 0 R/Resources 24 0 R/Annots 11 0 R>>\n24 "
      "<</Font<<>>>>\n"
      "3 <</Fields[" FIELDS "]/DR 24 0 R>>\n",
      "24 <</Font<</X 30 0 R>>>>\n30 <</Type/Font>>\n", "form" },
    { "another default font of that name", NULL,
      "3 <</Fields[" FIELDS
      "]/SigFlags 3/DA(/F 9 Tf)/DR<</Font<</F 30 0 R>>>>>>\n30 <</Type/Font>>\n",
      "form" },
    { "a default look of fields where none was", "3 <</Fields[" FIELDS "]>>\n",
      "3 <</Fields[" FIELDS "]/DA(/Helv 0 Tf 0 g )>>\n", "" },
    { "… that draws nothing", "3 <</Fields[" FIELDS "]>>\n",
      "3 <</Fields[" FIELDS "]/DA(/Helv 0 Tf 3 Tr)>>\n", "form" },
    { "… in white", "3 <</Fields[" FIELDS "]>>\n", "3 <</Fields[" FIELDS "]/DA(/Helv 0 Tf 1 g)>>\n",
      "form" },
    { "… too small to be read", "3 <</Fields[" FIELDS "]>>\n",
      "3 <</Fields[" FIELDS "]/DA(/Helv 0.1 Tf)>>\n", "form" },
    { "flags of signatures are taken back", NULL,
      "3 <</Fields[" FIELDS "]/SigFlags 0/DA(/F 9 Tf)/DR<</Font<</F 12 0 R>>>>>>\n", "form" },
    { "a list of fonts that the page uses, too, gets one that it names",
      "4 <</Type/Page/Parent 2 0 R/Contents 10 0 R/Resources<</Font 24 0 R>>/Annots 11 0 R>>\n24 "
      "<<>>\n"
      "3 <</Fields[" FIELDS "]/DR<</Font 24 0 R>>>>\n",
      "24 <</X 30 0 R>>\n30 <</Type/Font>>\n", "form" },
    { "a field with a value gets fields into its own array",
      "5 <</FT/Tx/T(Amount)/V(100)/Kids 24 0 R>>\n24 []\n",
      "24 [30 0 R]\n30 <</FT/Sig/T(New)/Parent 5 0 R" WIDGET UNSEEN ">>\n",
      "form, signature-field Amount.New" },
    { "a field of text above others gets a value", "22 <</T(Party)/FT/Tx/Kids[23 0 R]>>\n",
      "22 <</T(Party)/FT/Tx/V(x)/Kids[23 0 R]>>\n", "form Party" },
    { "a picture that stood there unseen on a push-button", NULL,
      "9 <</FT/Btn/Ff 65536/T(Stamp)/AP<</N 25 0 R>>" WIDGET "/Rect[0 80 90 100]>>\n",
      "widget Stamp" },
    /* pages */
    { "content of a page", NULL, "10 stream |BT ET\n", "page" },
    { "a font that the page and a field share", NULL,
      AMOUNT("120", "13 0 R") "12 <</Type/Font/Subtype/Type1/BaseFont/Symbol>>\n",
      "filled Amount, page" },
    { "the same resources as another object",
      "4 <</Type/Page/Parent 2 0 R/Contents 10 0 R/Resources 24 0 R/Annots 11 0 R>>\n24 "
      "<</Font<</F 12 0 R>>>>\n",
      "4 <</Type/Page/Parent 2 0 R/Contents 10 0 R/Resources 30 0 R/Annots 11 0 R>>\n30 "
      "<</Font<</F 12 0 R>>>>\n",
      "" },
    { "… and others",
      "4 <</Type/Page/Parent 2 0 R/Contents 10 0 R/Resources 24 0 R/Annots 11 0 R>>\n24 "
      "<</Font<</F 12 0 R>>>>\n",
      "4 <</Type/Page/Parent 2 0 R/Contents 10 0 R/Resources 30 0 R/Annots 11 0 R>>\n30 "
      "<</Font<</F 25 0 R>>>>\n",
      "page" },
    { "a page is turned", NULL, PAGE("/Rotate 90"), "page" },
    { "a page gets an action", NULL, PAGE("/AA<<>>"), "action" },
    { "a page less", NULL, "2 <</Type/Pages/Kids[]/Count 0>>\n", "page" },
    { "content of a page is freed", NULL, "10 free\n", "page" },
    { "a note", NULL, "11 [" ANNOTS " 30 0 R]\n30 <</Type/Annot/Subtype/Text/Rect[0 0 9 9]>>\n",
      "annotation" },
    { "a note with a script", NULL,
      "11 [" ANNOTS " 30 0 R]\n30 <</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A 31 0 R>>\n"
      "31 <</S/JavaScript/JS(x)>>\n",
      "action, action" },
    { "a link that leads on to a script", NULL,
      "11 [" ANNOTS " 30 0 R]\n30 <</Subtype/Link/A<</S/GoTo/Next[31 0 R]>>>>\n31 <</S/Launch>>\n",
      "action, action" },
    { "a script that stood there unseen is put onto the page",
      "24 <</Subtype/Link/A<</S/Launch>>>>\n", "11 [" ANNOTS " 24 0 R]\n", "action" },
    { "a link whose action leads on to one that stood there unseen", "24 <</S/Launch>>\n",
      "11 [" ANNOTS " 30 0 R]\n30 <</Subtype/Link/A<</S/GoTo/Next 24 0 R>>>>\n", "action" },
    { "what leads on to a field leads on to a link",
      "11 [24 0 R 6 0 R 7 0 R 8 0 R 9 0 R 23 0 R 19 0 R]\n24 5 0 R\n", "24 19 0 R\n", "widget " },
    { "what leads on to a field is gone",
      "11 [24 0 R 6 0 R 7 0 R 8 0 R 9 0 R 23 0 R 19 0 R]\n24 5 0 R\n",
      "11 [6 0 R 7 0 R 8 0 R 9 0 R 23 0 R 19 0 R]\n", "widget " },
    { "a link leads elsewhere", NULL,
      "19 <</Type/Annot/Subtype/Link/Rect[0 100 90 120]/A<</S/URI/URI(https://b.example/)>>>>\n",
      "annotation" },
    { "a link is gone", NULL, "11 [5 0 R 6 0 R 7 0 R 8 0 R 9 0 R 23 0 R]\n", "annotation" },
    { "a field is gone from the page", NULL, "11 [6 0 R 7 0 R 8 0 R 9 0 R 23 0 R 19 0 R]\n",
      "widget Amount" },
    { "annotations in another order", NULL, "11 [6 0 R 5 0 R 7 0 R 8 0 R 9 0 R 23 0 R 19 0 R]\n",
      "widget Amount, widget Amount" },
    /* the catalog, the trailer */
    { "validation data", NULL, CATALOG("/DSS 30 0 R") "30 <</CRLs[31 0 R]>>\n31 stream |crl\n",
      "dss" },
    { "more validation data", NULL,
      CATALOG(
          "/DSS 30 0 R") "30 <</CRLs[31 0 R]>>\n31 stream |a\n---\n30 <</CRLs[31 0 R 32 0 R]>>\n"
                         "32 stream |b\n",
      "dss, 3:dss" },
    { "validation data that are a picture of the page, too",
      "4 <</Type/Page/Parent 2 0 R/Contents 24 "
      "0 R/Annots 11 0 R>>\n",
      CATALOG("/DSS<</CRLs[24 0 R]>>") "24 stream |x\n", "dss, page" },
    { "a known extension", NULL,
      CATALOG("/Extensions<</ESIC<</BaseVersion/1.7/ExtensionLevel 2>>>>"), "dss" },
    { "an unknown extension", NULL, CATALOG("/Extensions<</X<</BaseVersion/1.7>>>>"), "catalog" },
    { "a known extension that leads to an object", NULL,
      CATALOG("/Extensions<</ESIC<</BaseVersion/1.7/X 24 0 R>>>>"), "catalog" },
    { "a later version", NULL, CATALOG("/Version/2.0"), "" },
    { "an older version", NULL, CATALOG("/Version/1.4"), "catalog" },
    { "a script when it opens", NULL, CATALOG("/OpenAction 30 0 R") "30 <</S/JavaScript/JS(x)>>\n",
      "action" },
    { "it opens at another place", NULL, CATALOG("/OpenAction[4 0 R/Fit]"), "catalog" },
    { "an entry nobody knows", NULL, CATALOG("/Whatever 30 0 R") "30 <<>>\n", "catalog" },
    { "metadata", NULL, "20 stream /Type/Metadata/Subtype/XML|<y/>\n21 <</Title(x)>>\n",
      "metadata, metadata" },
    { "the order of the keyboard, where there was none", NULL, PAGE("/Tabs/S"), "" },
    { "another order of the keyboard", PAGE("/Tabs/S"), PAGE("/Tabs/R"), "page" },
    { "the order of the keyboard goes", PAGE("/Tabs/S"), PAGE(""), "page" },
    { "an order of the keyboard that nobody knows", NULL, PAGE("/Tabs/X"), "page" },
    { "an order of the keyboard in an object of its own", NULL, PAGE("/Tabs 30 0 R") "30 /S\n",
      "page" },
    { "metadata that a page draws, too",
      "4 <</Type/Page/Parent 2 0 R/Contents 20 0 R/Annots 11 0 R>>\n", "20 stream |x\n", "page" },
    { "new information", NULL, "30 <<>>\ntrailer /Info 30 0 R/ID[<00><01>]\n", "metadata" },
    { "another identifier", NULL, "24 (stray)\ntrailer /Info 21 0 R/ID[<01><01>]\n", "" },
    { "an entry of the trailer that leads nowhere, and a field of that number",
      "24 (x)\ntrailer /Info 21 0 R/ID[<00><00>]/AdditionalStreams[30 0 R]\n",
      NEW_FIELD(UNSEEN "/V 31 0 R") ON_PAGE
      "31 " SIGNATURE "\ntrailer /Info 21 0 R/ID[<00><00>]/AdditionalStreams[30 0 R]\n",
      "signature-unseen New" },
    { "another catalog", NULL,
      "30 <</Type/Catalog/Pages 2 0 R>>\ntrailer /Root 30 0 R/Info 21 0 R/ID[<00><00>]\n",
      "catalog" },
    /* objects */
    { "a parent of the page that is not in its tree, now below the validation data",
      "4 <</Type/Page/Parent 24 0 R/Annots 11 0 R>>\n24 <</Type/Pages/Kids[4 0 R]>>\n",
      CATALOG("/DSS<</Certs[24 0 R]>>") "24 <</Type/Pages/Kids[4 0 R]/Rotate 90>>\n", "dss, page" },
    { "… and was not there", "4 <</Type/Page/Parent 30 0 R/Annots 11 0 R>>\n",
      CATALOG("/DSS<</Certs[30 0 R]>>") "30 <</Type/Pages/Rotate 90>>\n", "dss, page" },
    { "a parent of a field that is in no form, now below the validation data",
      "5 <</FT/Tx/T(Amount)/Parent 24 0 R" WIDGET "/Rect[0 0 90 20]>>\n24 <</V(1)>>\n",
      CATALOG("/DSS<</Certs[24 0 R]>>") "24 <</V(2)>>\n", "dss, form" },
    { "an object that nothing led to changes and is now below the validation data", NULL,
      CATALOG("/DSS<</Certs[24 0 R]>>") "24 <<>>\n", "dss, object" },
    { "a page that the catalog leads to otherwise, too",
      "1 <</OpenAction[4 0 R/Fit]/Type/Catalog/Pages 2 0 R/AcroForm 3 0 R>>\n",
      NEW_FIELD(SEEN "/V 31 0 R") ON_PAGE "31 " SIGNATURE "\n", "signature-field New" },
    { "a field that is calculated is filled", "3 <</CO[5 0 R]/Fields[" FIELDS "]>>\n12 <<>>\n",
      AMOUNT("120", "13 0 R") "13 " LOOK "|120\n", "filled Amount" },
    { "an annotation that is the page's resources, too",
      "4 <</Type/Page/Parent 2 0 R/Resources 19 0 R/Annots 11 0 R>>\n",
      "19 <</Type/Annot/Subtype/Link/Rect[0 100 90 120]/Font<<>>>>\n", "page" },
    { "the look of a signature that a note has, too",
      "19 <</Type/Annot/Subtype/Stamp/Rect[0 100 90 120]/AP<</N 15 0 R>>>>\n",
      "15 " LOOK "|unsigned\n", "signature Buyer" },
    { "an object that nothing leads to comes", NULL, "30 <<>>\n", "object" },
    { "… with a signature, whose program did not need it", NULL, SELLER "30 <<>>\n",
      "signed Seller" },
    { "… with a document timestamp", NULL,
      NEW_FIELD(UNSEEN "/V 31 0 R") ON_PAGE "31 " STAMP "\n32 <<>>\n", "timestamp New" },
    { "… and stays, while something else is filled", NULL, "30 <<>>\n---\n" AMOUNT("120", "30 0 R"),
      "object, 3:filled Amount, 3:widget Amount" },
    { "an object that nothing leads to changes", NULL, "24 <<>>\n", "object" },
    { "an object that nothing leads to goes", NULL, "24 free\n", "" },
    { "an object that the page has been waiting for comes",
      "4 <</Type/Page/Parent 2 0 R/Contents[10 0 R 30 0 R]/Annots 11 0 R>>\n", "30 stream |x\n",
      "page" },
    { "a field that the form has been waiting for comes", FORM(FIELDS " 30 0 R", ""),
      "30 <</FT/Sig/T(New)" WIDGET UNSEEN "/V 31 0 R>>\n31 " SIGNATURE "\n", "form New" },
};
enum { ROW_COUNT = sizeof ROWS / sizeof ROWS[0] };

static void put_edits(const pds_edits *edits, pds_buf *out)
{
    for (size_t i = 0; i < edits->count; i++) {
        const pds_edit *const edit = &edits->items[i];
        pds_buf_text(out, i == 0 ? "" : ", ");
        if (edit->revision != 2) {
            pds_buf_printf(out, "%u:", (unsigned)edit->revision);
        }
        pds_buf_text(out, pds_edit_name(edit->kind));
        pds_buf_printf(out, "%s%s", edit->field == NULL ? "" : " ",
                       edit->field == NULL ? "" : edit->field);
        assert_non_null(edit->text);
    }
}

static void edits_are_told(void **state)
{
    const edit_row *const row = *state;
    PDS_OWN(grown_drop) grown g;
    PDS_OWN(pds_edits_drop) pds_edits edits = { 0 };
    PDS_OWN(pds_buf_drop) pds_buf told = { 0 };
    grown_open(&g, row->lines, row->updates);
    assert_int_equal(pds_edits_find(g.revisions, 1, &edits, NULL), PDS_OK);
    put_edits(&edits, &told);
    assert_string_equal(pds_buf_cstr(&told), row->expect);
    assert_false(edits.more || edits.unnamed);
}

/* ---- without rows ---- */

static void many_edits_are_counted(void **state)
{
    PDS_OWN(pds_buf_drop) pds_buf updates = { 0 };
    PDS_OWN(pds_edits_drop) pds_edits edits = { 0 };
    (void)state;
    pds_buf_text(&updates, "11 [" ANNOTS);
    for (int i = 0; i < PDS_EDITS_MAX + 5; i++) {
        pds_buf_text(&updates, "<</Subtype/Text>>");
    }
    pds_buf_text(&updates, "]\n");
    PDS_OWN(grown_drop) grown g;
    grown_open(&g, NULL, pds_buf_cstr(&updates));
    assert_int_equal(pds_edits_find(g.revisions, 1, &edits, NULL), PDS_OK);
    assert_int_equal(edits.count, PDS_EDITS_MAX);
    assert_true(edits.more);
}

static void only_later_revisions_are_asked(void **state)
{
    PDS_OWN(grown_drop) grown g;
    PDS_OWN(pds_edits_drop) pds_edits edits = { 0 };
    (void)state;
    grown_open(&g, NULL, "10 stream |x\n---\n10 stream |y\n");
    assert_int_equal(pds_edits_find(g.revisions, 2, &edits, NULL), PDS_OK);
    assert_int_equal(edits.count, 1);
    assert_int_equal(edits.items[0].revision, 3);
}

typedef struct same_row {
    const char *name, *a, *b;
    bool same;
} same_row;

static const same_row SAME[] = {
    { "white space and comments", "[1 2]", "[ 1 %x\n 2 ]", true },
    { "numbers by their value", "[1.0 -0.5 7]", "[1 -.50 +7]", true },
    { "other numbers", "1", "1.0001", false },
    { "strings by their bytes", "(A\\102)", "<4142>", true },
    { "names decoded", "/A#42", "/AB", true },
    { "a name is no string", "/A", "(A)", false },
    { "entries in any order", "<</A 1/B<</C 2/D 3>>>>", "<</B<</D 3/C 2>>/A 1>>", true },
    { "an entry more", "<</A 1>>", "<</A 1/B 2>>", false },
    { "another entry", "<</A 1/B 2>>", "<</A 1/C 2>>", false },
    { "elements in their order alone", "[1 2]", "[2 1]", false },
    { "an element more", "[1]", "[1 1]", false },
    { "references", "[1 0 R]", "[1  0  R]", true },
    { "another generation", "1 0 R", "1 1 R", false },
    { "null is null", "null", "null", true },
    { "true is not false", "true", "false", false },
};

static void values_are_compared(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof SAME / sizeof SAME[0]; i++) {
        size_t work = 0;
        const bool same = pds_value_same(pds_span_text(SAME[i].a), pds_span_text(SAME[i].b), &work);
        if (same != SAME[i].same) {
            fail_msg("%s", SAME[i].name);
        }
    }
}

int main(void)
{
    struct CMUnitTest tests[ROW_COUNT + 3];
    for (size_t i = 0; i < ROW_COUNT; i++) {
        tests[i] = (struct CMUnitTest){ .name = ROWS[i].name,
                                        .test_func = edits_are_told,
                                        .initial_state = (void *)&ROWS[i] };
    }
    tests[ROW_COUNT] = (struct CMUnitTest)cmocka_unit_test(many_edits_are_counted);
    tests[ROW_COUNT + 1] = (struct CMUnitTest)cmocka_unit_test(only_later_revisions_are_asked);
    tests[ROW_COUNT + 2] = (struct CMUnitTest)cmocka_unit_test(values_are_compared);
    return cmocka_run_group_tests_name("edits", tests, NULL, NULL);
}
