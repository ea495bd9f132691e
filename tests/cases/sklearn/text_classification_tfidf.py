# requires: numpy>=2, sklearn>=1
# Text: bags of words, tf-idf, a naive Bayes spam filter, similarity search and topics.
import numpy as np
from sklearn.decomposition import NMF
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfVectorizer
from sklearn.metrics.pairwise import cosine_similarity
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

docs = ["the gull eats the fish", "a tern eats a small fish", "the stock market fell today",
        "banks and the market rose", "fish market prices rose"]
counter = CountVectorizer(stop_words="english")
counts = counter.fit_transform(docs)
print(counts.shape, counter.get_feature_names_out().tolist())
print(counts.toarray()[0].tolist(), counts.nnz, counter.vocabulary_["fish"], counter.transform(["no known word"]).sum())
print(CountVectorizer(ngram_range=(2, 2)).fit(docs[:1]).get_feature_names_out().tolist())
print(CountVectorizer(analyzer="char", ngram_range=(3, 3)).fit(["gull"]).get_feature_names_out().tolist())
print(CountVectorizer(token_pattern=r"[a-z]+", min_df=2, max_df=0.7).fit(docs).get_feature_names_out().tolist())
print(HashingVectorizer(n_features=16).transform(docs).shape)

tfidf = TfidfVectorizer()
weights = tfidf.fit_transform(docs)
print(np.allclose(np.linalg.norm(weights.toarray(), axis=1), 1))
print(dict(zip(tfidf.get_feature_names_out(), tfidf.idf_.round(4)))["market"].item())
query = tfidf.transform(["where do gulls and terns eat fish", "market news"])
similar = cosine_similarity(query, weights)
print(similar.argmax(axis=1).tolist(), similar.round(3).tolist()[1])
print(cosine_similarity([[1, 0]], [[1, 1]]).round(4).item())
top = np.argsort(weights.toarray()[2])[::-1][:2]
print(sorted(tfidf.get_feature_names_out()[top].tolist()))

mails = ["win money now", "cheap pills win", "meeting at noon", "lunch money for the trip",
         "win a cheap trip now", "notes of the meeting"]
spam = [1, 1, 0, 0, 1, 0]
model = make_pipeline(CountVectorizer(), MultinomialNB()).fit(mails, spam)
print(model.predict(["win cheap pills now", "lunch meeting at noon", "money"]).tolist())
print(model.predict_proba(["win win win"])[0, 1].round(3))
bayes = model[-1]
words = model[0].get_feature_names_out()
ratio = bayes.feature_log_prob_[1] - bayes.feature_log_prob_[0]
print(words[ratio.argmax()], np.exp(bayes.class_log_prior_).round(3).tolist(), bayes.class_count_.tolist())
topics = NMF(2, random_state=0, init="nndsvd", max_iter=500).fit(weights)
labels = topics.transform(weights).argmax(axis=1)
print(labels[0] == labels[1], labels[2] == labels[3], topics.components_.shape, labels[0] != labels[2])

#=> (5, 12) ['banks', 'eats', 'fell', 'fish', 'gull', 'market', 'prices', 'rose', 'small', 'stock', 'tern', 'today']
#=> [0, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0] 18 3 0
#=> ['eats the', 'gull eats', 'the fish', 'the gull']
#=> ['gul', 'ull']
#=> ['eats', 'fish', 'market', 'rose', 'the']
#=> (5, 16)
#=> True
#=> 1.4055
#=> [3, 4] [0.0, 0.0, 0.339, 0.356, 0.42]
#=> 0.7071
#=> ['stock', 'today']
#=> [1, 0, 1]
#=> 0.988
#=> win [0.5, 0.5] [3.0, 3.0]
#=> True True (2, 14) True
