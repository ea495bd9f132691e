# Prints bytes that are no text: parts of characters, NUL, sequences that terminals obey.
import os, sys
os.write(1, b"a\xf0\x9f\n\xed\xa0\x80\n")
sys.stdout.buffer.write(b"\xff\xfe\n")
sys.stdout.flush()
print("\udc80\ud83d")
print("fine")
#=> a�
#=> ���
#=> ��
#=> \udc80\ud83d
#=> fine
