"""The slides of the deck, in its order: the index that every demo is filed under.

Yoni Nazarathy, "The Mathematical Engineering of Deep Learning", HDR Student Research Symposium, University of
Southern Queensland, 15 September 2023; the book of that name is by Liquet, Moka and Nazarathy (CRC Press, 2024).
"""

DECK = "The Mathematical Engineering of Deep Learning"

# A heading that the deck uses for several slides in a row stands here once.
SLIDES = (
    "Timeline of weak (narrow) AI",
    "Timeline of Deep Learning (prehistory)",
    "Current Deep Learning",
    "Main activities of machine learning",
    "A linear (binary) classifier",
    "Gradient descent",
    "Multi-class: One vs. rest",
    "Logistic Regression",
    "Loss for Logistic Regression (MLE motivated)",
    "Logistic Regression with Multiple Classes",
    "Linear Decision Boundaries",
    "Going beyond linear decision boundaries",
    "Adding higher monomial terms",
    "Loss as a proxy for performance",
    "Making gradient descent work is hard",
    "Stochastic gradient descent",
    "Momentum",
    "The most common algorithm: ADAM",
    "Adding activations and layers",
    "Common activation functions",
    "Neural Networks are Expressive",
    "Feedforward equations",
    "Automatic differentiation",
    "The devil is in the details: Backpropagation",
    "Dropout as a form of regularization",
    "Batch normalization",
    "Weight initialization",
    "The old trade of filtering...",
    "Convolutional Neural Networks",
    "The convolution",
    "Volume convolution",
    "Multiple output channels",
    "Near state of the art in classification",
    "Beyond classification: e.g. segmentation",
    "Recurrent neural networks (RNN)",
    "Predictive auto-regressive training",
    "Handle long term memory with more complex structures...",
    "Encoder decoder architectures...",
    "The attention mechanism",
    "Multi-head self attention block...",
    "Transformer architectures",
    "Generative Adversarial Networks, GANs",
    "GAN basics",
    'A sort of "game" between G and D',
)
