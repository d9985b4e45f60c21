// Debian's faiss 1.7.3 still keeps idx_t inside Index; faiss-node is written against 1.7.4.
#include <faiss/Index.h>
namespace faiss { using idx_t = Index::idx_t; }
