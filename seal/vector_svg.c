#include "seal/path.h"
#include "seal/vector_number.h"

static const double MM_PER_POINT = 25.4 / 72.0;

/* Character data of XML 1.0: what may not stand in it is left out. */
static void put_title(pds_buf *out, const char *title)
{
    pds_buf_text(out, "<title>");
    for (const char *p = title; *p != '\0'; p++) {
        switch (*p) {
        case '<':
            pds_buf_text(out, "&lt;");
            break;
        case '>':
            pds_buf_text(out, "&gt;");
            break;
        case '&':
            pds_buf_text(out, "&amp;");
            break;
        default:
            if ((uint8_t)*p >= 0x20) {
                pds_buf_byte(out, (uint8_t)*p);
            }
        }
    }
    pds_buf_text(out, "</title>\n");
}

static void put_head(const pds_vector *v, const char *title, pds_buf *out)
{
    pds_buf_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"");
    pds_vector_number(out, v->size[0] * MM_PER_POINT);
    pds_buf_text(out, "mm\" height=\"");
    pds_vector_number(out, v->size[1] * MM_PER_POINT);
    pds_buf_text(out, "mm\" viewBox=\"0 0 ");
    pds_vector_numbers(out, v->size, 2);
    pds_buf_text(out, "\">\n");
    if (title != NULL) {
        put_title(out, title);
    }
    pds_buf_printf(out, "<g fill=\"#%02x%02x%02x\">\n", v->color[0], v->color[1], v->color[2]);
}

static void put_segment(const pds_vector *v, pds_segment segment, pds_buf *out)
{
    static const char letters[] = "MLCZ";
    for (size_t i = 1; i < pds_segment_numbers(segment.kind); i += 2) {
        segment.at[i] = v->size[1] - segment.at[i]; /* SVG counts from the top */
    }
    pds_buf_byte(out, (uint8_t)letters[segment.kind]);
    pds_vector_numbers(out, segment.at, pds_segment_numbers(segment.kind));
}

pds_code pds_vector_svg(const pds_vector *v, const char *title, pds_buf *out, pds_err *e)
{
    bool open = false;
    PDS_TRY(pds_buf_end(&v->shapes, e));
    put_head(v, title, out);
    for (size_t i = 0; i < pds_vector_count(v); i++) {
        pds_segment segment = pds_vector_at(v, i);
        if (!open) {
            pds_buf_text(out, "<path d=\"");
        }
        open = segment.kind != PDS_SEGMENT_FILL;
        if (open) {
            put_segment(v, segment, out);
        } else {
            pds_buf_text(out, "\"/>\n");
        }
    }
    pds_buf_text(out, open ? "\"/>\n</g>\n</svg>\n" : "</g>\n</svg>\n");
    return pds_buf_end(out, e);
}
